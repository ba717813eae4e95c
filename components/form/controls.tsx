import type { ComponentProps, ReactNode } from "react";
import { Icon } from "@/components/ui/icon";
import { Unbroken } from "@/components/ui/unbroken";

const CONTROL =
  "block w-full min-h-touch rounded-control border border-edge bg-sheet px-3 text-body text-ink placeholder:text-ink-3 hover:border-ink disabled:bg-margin disabled:text-ink-3 aria-invalid:border-2 aria-invalid:border-oxblood tablet:min-h-form tablet:text-control";

/** One line of text; give it the attributes of its Field. */
export function TextInput({ className = "", ...rest }: ComponentProps<"input">) {
  return <input type="text" {...rest} className={`${CONTROL} ${className}`} />;
}

export function TextArea({ className = "", rows = 3, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={rows} {...rest} className={`${CONTROL} py-2 ${className}`} />;
}

export function Select({ className = "", children, ...rest }: ComponentProps<"select">) {
  return (
    <select {...rest} className={`${CONTROL} ${className}`}>
      {children}
    </select>
  );
}

/** A box or a round with its label at the right; the whole line can be pressed. */
export function Choice({
  kind = "checkbox",
  label,
  help,
  className = "",
  ...rest
}: Omit<ComponentProps<"input">, "type"> & {
  kind?: "checkbox" | "radio";
  label: ReactNode;
  help?: ReactNode;
}) {
  return (
    <label
      className={`flex min-h-touch items-start gap-3 py-2 text-control tablet:min-h-bar tablet:py-[6px] ${className}`}
    >
      {/* As high as the first line of the label, whatever its size. */}
      <span className="flex h-[1lh] shrink-0 items-center">
        <input {...rest} type={kind} />
      </span>
      <span className="min-w-0">
        <Unbroken>{label}</Unbroken>
        {help === undefined ? null : (
          <span className="block text-note text-ink-2">
            <Unbroken>{help}</Unbroken>
          </span>
        )}
      </span>
    </label>
  );
}

/** A group of choices with its question as legend. `id` takes the focus from the error summary. */
export function ChoiceGroup(props: {
  id: string;
  legend: ReactNode;
  help?: ReactNode;
  error?: string | undefined;
  children: ReactNode;
  className?: string | undefined;
}) {
  return (
    <fieldset
      id={props.id}
      tabIndex={-1}
      aria-describedby={props.error === undefined ? undefined : `${props.id}-error`}
      className={`min-w-0 ${props.error === undefined ? "" : "border-oxblood border-l-[3px] pl-3"} ${props.className ?? ""}`}
    >
      <legend className="font-medium text-control">
        <Unbroken>{props.legend}</Unbroken>
      </legend>
      {props.help === undefined ? null : (
        <p className="text-note text-ink-2">
          <Unbroken>{props.help}</Unbroken>
        </p>
      )}
      {props.error === undefined ? null : (
        <p id={`${props.id}-error`} className="mt-1 flex items-center gap-2 text-control text-oxblood">
          <Icon name="warning" />
          {props.error}
        </p>
      )}
      {props.children}
    </fieldset>
  );
}
