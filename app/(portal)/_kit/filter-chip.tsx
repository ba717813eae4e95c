import type { ComponentProps, ReactNode } from "react";

const BOX =
  "inline-flex min-h-touch max-w-full items-center gap-2 rounded-control border bg-sheet px-2 text-control hover:border-ink tablet:min-h-bar";
/** The look of a control in a chip, without its width. */
export const CHIP_LOOK = "min-w-0 cursor-pointer truncate rounded-field bg-sheet py-1 font-medium";
/** The look of a control in a chip. */
export const CHIP_CONTROL = `${CHIP_LOOK} max-w-[11rem]`;

interface ChipProps {
  readonly id: string;
  readonly label: ReactNode;
  readonly isSet: boolean;
  readonly isWrong?: boolean;
}

/** Label and control of a list's filter in one box; one that asks for something has the accent's edge. */
export function FilterChip(props: ChipProps & { children: ReactNode }) {
  const edge =
    props.isWrong === true ? "border-2 border-oxblood" : props.isSet ? "border-accent" : "border-edge";
  return (
    <span className={`${BOX} ${edge}`}>
      <label htmlFor={props.id} className="whitespace-nowrap text-ink-2">
        {props.label}
      </label>
      {props.children}
    </span>
  );
}

/** A chip with one line of text. */
export function TextChip(
  props: Omit<ComponentProps<"input">, "id" | "type"> & Pick<ChipProps, "id" | "label" | "isWrong">,
) {
  const { id, label, isWrong = false, defaultValue = "", ...rest } = props;
  return (
    <FilterChip id={id} label={label} isSet={defaultValue !== ""} isWrong={isWrong}>
      <input
        autoComplete="off"
        {...rest}
        id={id}
        type="text"
        defaultValue={defaultValue}
        className={`${CHIP_CONTROL} w-[11rem] cursor-text`}
      />
    </FilterChip>
  );
}

/** A chip with a choice. `any` is the choice that narrows nothing; without it `value` always has one. */
export function SelectChip(props: {
  id: string;
  name: string;
  label: ReactNode;
  value: string;
  any?: string;
  children: ReactNode;
}) {
  const { id, name, label, value, any, children } = props;
  return (
    <FilterChip id={id} label={label} isSet={any !== undefined && value !== ""}>
      <select id={id} name={name} defaultValue={value} className={CHIP_CONTROL}>
        {any === undefined ? null : <option value="">{any}</option>}
        {children}
      </select>
    </FilterChip>
  );
}
