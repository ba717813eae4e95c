import type { ComponentProps } from "react";
import { Icon, type IconName } from "@/components/ui/icon";

const LOOKS = {
  primary: "border-accent bg-accent text-on-accent hover:border-ink",
  secondary: "border-edge bg-sheet text-ink hover:border-ink",
  danger: "border-oxblood bg-sheet text-oxblood hover:bg-ox-wash",
  quiet: "border-transparent bg-transparent text-ink-2 underline underline-offset-4 hover:text-ink",
  plain: "border-transparent bg-transparent text-ink-2 hover:text-ink",
} as const;

const SIZES = {
  bar: "tablet:min-h-bar text-control",
  form: "tablet:min-h-form text-control",
  large: "tablet:min-h-[40px] text-body",
} as const;

/** A button without an edge has its words on the column, and a quiet one keeps its distance to a control before it. */
function paddingOf(look: ButtonLook, size: ButtonSize): string {
  if (look === "plain") return "";
  if (look === "quiet") return "not-first:ml-2";
  return size === "bar" ? "px-3" : "px-4";
}

export type ButtonLook = keyof typeof LOOKS;
export type ButtonSize = keyof typeof SIZES;

/** Returns the classes of a button, 44 pixels high on touch screens. */
export function buttonClass(look: ButtonLook, size: ButtonSize = "large"): string {
  const base =
    "inline-flex min-h-touch cursor-pointer items-center justify-center gap-2 rounded-control border font-medium max-tablet:py-2 disabled:cursor-not-allowed disabled:border-line-2 disabled:bg-margin disabled:text-ink-3 aria-disabled:cursor-not-allowed print:hidden";
  return `${base} ${SIZES[size]} ${paddingOf(look, size)} ${LOOKS[look]}`;
}

export type ButtonProps = Omit<ComponentProps<"button">, "type"> & {
  look?: ButtonLook;
  size?: ButtonSize;
  icon?: IconName;
  /** The key that does the same, shown as a cap. */
  shortcut?: string;
  type?: "button" | "submit";
  /** While true the button keeps its size and label and ignores presses. */
  isBusy?: boolean;
};

/** A button. If it is disabled, the page shows the reason next to it. */
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
