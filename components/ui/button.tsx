import type { ComponentProps } from "react";
import { type ButtonLook, type ButtonSize, buttonClass } from "@/components/ui/button-class";
import { Icon, type IconName } from "@/components/ui/icon";

export type ButtonProps = Omit<ComponentProps<"button">, "type"> & {
  look?: ButtonLook;
  size?: ButtonSize;
  icon?: IconName;
  /** The key that does the same, shown as a cap. */
  shortcut?: string;
  type?: "button" | "submit";
  /** While true the button keeps its place and its word and takes no second press. */
  isBusy?: boolean;
};

/** A button. A disabled one needs its reason beside it, in the page. */
export function Button(props: ButtonProps) {
  const {
    look = "secondary",
    size = "form",
    icon,
    shortcut,
    isBusy = false,
    className,
    children,
    ...rest
  } = props;
  return (
    <button
      type="button"
      {...rest}
      aria-busy={isBusy || undefined}
      aria-disabled={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : rest.onClick}
      className={`${buttonClass(look, size)} ${isBusy ? "opacity-70" : ""} ${className ?? ""}`}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
      {shortcut === undefined ? null : (
        <span
          aria-hidden="true"
          className="ml-auto hidden rounded-field border border-current px-1 font-sans text-note opacity-80 tablet:inline"
        >
          {shortcut}
        </span>
      )}
    </button>
  );
}
