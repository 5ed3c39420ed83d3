/**
 * Renders a formula. KaTeX builds elements and sets their styles by script, which the page's Content-Security-Policy
 * allows, unlike markup with inline styles.
 */
import katex from 'katex';
import 'katex/dist/katex.min.css';
import { useEffect, useRef } from 'preact/hooks';

export function Formula({ tex, display = false }: { readonly tex: string; readonly display?: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (place.current)
      katex.render(tex, place.current, { displayMode: display, throwOnError: false, trust: false });
  }, [tex, display]);
  // A wide formula scrolls, also by keyboard.
  return display ? (
    <span ref={place} class="formula formula-display" role="group" aria-label="formula" tabIndex={0} />
  ) : (
    <span ref={place} class="formula" />
  );
}
