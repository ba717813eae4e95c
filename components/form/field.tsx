import type { ReactNode } from "react";
import { Icon } from "@/components/ui/icon";
import { Unbroken } from "@/components/ui/unbroken";

/** The attributes that tie a control to its label, help and error. */
export interface FieldControl {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
}

export interface FieldProps {
  /** Id of the control; the error summary links to it. */
  id: string;
  label: ReactNode;
  help?: ReactNode;
  error?: string | undefined;
  /** Words after the label, e.g. "optional". */
  mark?: string | undefined;
  children: (control: FieldControl) => ReactNode;
  className?: string | undefined;
}

/** Shows a label above its control. An error is shown between them, with a bar and an icon. */
export function Field({ id, label, help, error, mark, children, className = "" }: FieldProps) {
  const described = [
    ...(help === undefined ? [] : [`${id}-help`]),
    ...(error === undefined ? [] : [`${id}-error`]),
  ].join(" ");
  const control: FieldControl = {
    id,
    ...(described === "" ? {} : { "aria-describedby": described }),
    ...(error === undefined ? {} : { "aria-invalid": true }),
  };
  const bar = error === undefined ? "" : "border-oxblood border-l-[3px] pl-3";
  return (
    <div className={`${bar} ${className}`}>
      <label htmlFor={id} className="block font-medium text-control">
        <Unbroken>{label}</Unbroken>
        {mark === undefined ? null : <span className="ml-1 font-normal text-ink-3"> {mark}</span>}
      </label>
      {help === undefined ? null : (
        <p id={`${id}-help`} className="mt-[2px] text-note text-ink-2">
          <Unbroken>{help}</Unbroken>
        </p>
      )}
      {error === undefined ? null : (
        <p id={`${id}-error`} className="mt-1 flex items-center gap-2 text-control text-oxblood">
          <Icon name="warning" />
          {error}
        </p>
      )}
      <div className="mt-[6px]">{children(control)}</div>
    </div>
  );
}
