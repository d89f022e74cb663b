/** Controls with their label, a hint and what is wrong, each bound to the other. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Labelled {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with what was put in. */
  readonly fault?: string | undefined;
  /** Leaves the label to be read out only. */
  readonly unseen?: boolean;
}

/** What the control of a field is to carry. */
export interface Bound {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": "true" | undefined;
}

/** A label around any control: `{(bound) => <input {...bound} />}`. */
export function Field(props: Labelled & { readonly children: (bound: Bound) => ComponentChildren }) {
  const { label, hint, fault, unseen = false, children } = props;
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  const bound: Bound = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": fault ? "true" : undefined,
  };
  return (
    <div class="field">
      <label for={id} class={unseen ? "unseen" : undefined}>
        {label}
      </label>
      {children(bound)}
      {hint ? (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {fault ? (
        <p class="fault" id={`${id}-fault`}>
          {fault}
        </p>
      ) : null}
    </div>
  );
}

interface TextProps extends Labelled {
  readonly value: string;
  readonly change: (value: string) => void;
  readonly kind?: "text" | "search" | "number" | "datetime-local";
  readonly most?: number;
  readonly autofocus?: boolean;
  /** What may be put in, shown while nothing is. */
  readonly example?: string;
}

export function TextField({ value, change, kind = "text", most, autofocus = false, example, ...labelled }: TextProps) {
  return (
    <Field {...labelled}>
      {(bound) => (
        <input
          {...bound}
          // its types tell apart kinds that differ in roles, which no field here sets
          type={kind as "text"}
          value={value}
          maxLength={most}
          placeholder={example}
          autocomplete="off"
          autofocus={autofocus}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceProps<T extends string> extends Labelled {
  readonly value: T;
  readonly options: readonly (readonly [value: T, words: string])[];
  readonly change: (value: T) => void;
}

export function ChoiceField<T extends string>({ value, options, change, ...labelled }: ChoiceProps<T>) {
  return (
    <Field {...labelled}>
      {(bound) => (
        <select {...bound} value={value} onChange={(event) => change(event.currentTarget.value as T)}>
          {options.map(([option, words]) => (
            <option key={option} value={option}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface RangeProps extends Labelled {
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** The value in words, shown and read out. */
  readonly words: string;
  readonly change: (value: number) => void;
  /** Called when the hand lets go. */
  readonly settle?: () => void;
}

export function RangeField({ value, least, most, step, words, change, settle, ...labelled }: RangeProps) {
  return (
    <Field {...labelled}>
      {(bound) => (
        <div class="range">
          <input
            {...bound}
            type="range"
            min={least}
            max={most}
            step={step}
            value={value}
            aria-valuetext={words}
            onInput={(event) => change(event.currentTarget.valueAsNumber)}
            onChange={settle}
          />
          <output for={bound.id} aria-live="off">
            {words}
          </output>
        </div>
      )}
    </Field>
  );
}
