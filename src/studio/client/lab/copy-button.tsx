/** A button that copies a text, and says that it has. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../parts/controls.tsx';

/** How long it says so, in ms. */
const saysFor = 1500;

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
      setTimeout(() => {
        setCopied(false);
      }, saysFor);
    });
  };
  return (
    <Button look="plain" icon={copied ? 'finished' : 'copy'} onClick={copy} title={`copy the ${label}`}>
      <span aria-live="polite">{copied ? 'copied' : 'copy'}</span>
    </Button>
  );
}
