/** Error boundary: a view that fails to render shows a message and leaves the rest of the page usable. */
import { Component, type ComponentChildren } from 'preact';
import { messageOf } from './loaded.ts';
import { Failure } from './notes.tsx';

interface Props {
  /** A change resets the error. */
  readonly viewKey: string;
  readonly children: ComponentChildren;
}

interface State {
  readonly failure: string | undefined;
}

export class Boundary extends Component<Props, State> {
  override state: State = { failure: undefined };

  static override getDerivedStateFromError(error: unknown): State {
    return { failure: messageOf(error) };
  }

  override componentDidUpdate(before: Props): void {
    if (before.viewKey !== this.props.viewKey && this.state.failure !== undefined)
      this.setState({ failure: undefined });
  }

  override componentDidCatch(error: unknown): void {
    // The page shows no stack; the console does.
    window.reportError(error);
  }

  override render(): ComponentChildren {
    const { failure } = this.state;
    return failure === undefined ? (
      this.props.children
    ) : (
      <Failure text={`the view could not be drawn: ${failure}`} />
    );
  }
}
