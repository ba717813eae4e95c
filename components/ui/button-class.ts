const LOOKS = {
  primary: "border-accent bg-accent text-on-accent hover:border-ink",
  secondary: "border-edge bg-sheet text-ink hover:border-ink",
  danger: "border-oxblood bg-sheet text-oxblood hover:bg-ox-wash",
  quiet: "border-transparent bg-transparent px-2 text-ink-2 underline underline-offset-4 hover:text-ink",
} as const;

const SIZES = {
  bar: "tablet:min-h-bar px-3 text-control",
  form: "tablet:min-h-form px-4 text-control",
  large: "tablet:min-h-[40px] px-4 text-body",
} as const;

export type ButtonLook = keyof typeof LOOKS;
export type ButtonSize = keyof typeof SIZES;

/** The classes of everything that looks like a button; 44 pixels high where fingers are likely. */
export function buttonClass(look: ButtonLook, size: ButtonSize = "large"): string {
  const base =
    "inline-flex min-h-touch cursor-pointer items-center justify-center gap-2 rounded-control border font-medium disabled:cursor-not-allowed disabled:border-line-2 disabled:bg-margin disabled:text-ink-3 aria-disabled:cursor-not-allowed";
  return `${base} ${SIZES[size]} ${LOOKS[look]}`;
}
