/** Text to be copied. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from './controls.tsx';

/** How long the confirmation is shown, in ms. */
const confirmationMs = 1500;

/**
 * A button that copies a text and confirms it; omitted where the browser does not allow it, as over unencrypted HTTP.
 */
export function CopyButton({
  text,
  label,
}: {
  readonly text: string;
  readonly label: string;
}): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  if (!window.isSecureContext) return null;
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
      setTimeout(() => {
        setCopied(false);
      }, confirmationMs);
    });
  };
  return (
    <Button look="plain" icon={copied ? 'finished' : 'copy'} onClick={copy} title={`Copy the ${label}`}>
      <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
    </Button>
  );
}

/** A command line with a button that copies it. */
export function CommandLine({
  text,
  label = 'command line',
}: {
  readonly text: string;
  readonly label?: string;
}): JSX.Element {
  return (
    <div class="command">
      <code tabIndex={0} role="group" aria-label={label}>
        {text.split(' ').map((word, i) => (
          // Keeps the dashes of a flag on the same line as its name.
          <>
            {i > 0 && ' '}
            <span class="word">{word}</span>
          </>
        ))}
      </code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
