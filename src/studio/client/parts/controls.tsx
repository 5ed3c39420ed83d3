/** Buttons, switches and menus. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon, type Sign } from './icons.tsx';

interface ButtonProps {
  readonly onClick: () => void;
  readonly children: ComponentChildren;
  readonly icon?: Sign;
  /** `primary` for the main action of a view, `plain` without a border. */
  readonly look?: 'primary' | 'normal' | 'plain';
  readonly disabled?: boolean;
  readonly title?: string;
  readonly pressed?: boolean;
}

export function Button({
  onClick,
  children,
  icon,
  look = 'normal',
  disabled,
  title,
  pressed,
}: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`button button-${look}`}
      onClick={onClick}
      disabled={disabled ?? false}
      title={title}
      aria-pressed={pressed}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A radio group shown as a row of buttons. */
export function Segments<T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly options: readonly (readonly [T, string])[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}): JSX.Element {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="hidden">{label}</legend>
      {options.map(([option, text]) => (
        <label key={option} class={option === value ? 'chosen' : ''}>
          <input
            type="radio"
            name={name}
            checked={option === value}
            onChange={() => {
              onChange(option);
            }}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

export interface MenuItem {
  readonly text: string;
  readonly act: () => void;
}

/** A button that opens a menu; arrow keys move in it, Escape closes it. */
export function Menu({
  label,
  icon,
  hiddenLabel,
  items,
}: {
  readonly label: string;
  readonly icon: Sign;
  /** Read by screen readers in place of the label. */
  readonly hiddenLabel?: string;
  readonly items: readonly MenuItem[];
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    const outside = (event: Event): void => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
    };
  }, [open]);

  const onKey = (event: KeyboardEvent): void => {
    if (!open) return;
    if (event.key === 'Escape' || event.key === 'Tab') {
      setOpen(false);
      if (event.key === 'Escape') button.current?.focus();
      return;
    }
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    all[next % all.length]?.focus();
  };
  return (
    <div class="menu" ref={box} onKeyDown={onKey}>
      <button
        type="button"
        ref={button}
        class="button button-plain"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={hiddenLabel}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <Icon name={icon} />
        {label}
      </button>
      {open && (
        <div class="menu-list" role="menu" id={id}>
          {items.map(({ text, act }) => (
            <button
              key={text}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                setOpen(false);
                button.current?.focus();
                act();
              }}
            >
              {text}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
