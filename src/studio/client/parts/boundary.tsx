/** A view that fails to be drawn says so, and leaves the rest of the page usable. */
import { Component, type ComponentChildren } from 'preact';
import { messageOf } from './loaded.ts';
import { Failure } from './notes.tsx';

interface Props {
  /** Another one is another try. */
  readonly of: string;
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
    if (before.of !== this.props.of && this.state.failure !== undefined)
      this.setState({ failure: undefined });
  }

  override componentDidCatch(error: unknown): void {
    // For whoever looks for the cause: the page tells no stack.
    window.reportError(error);
  }

  override render(): ComponentChildren {
    const { failure } = this.state;
    return failure === undefined ? (
      this.props.children
    ) : (
      <Failure text={`this view could not be drawn: ${failure}`} />
    );
  }
}
