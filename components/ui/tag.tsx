import type { ReactNode } from "react";
import { Icon, type IconName } from "@/components/ui/icon";

const TONES = {
  plain: "text-ink-2 border-line-2",
  accent: "text-accent border-accent-line bg-accent-wash",
  amber: "text-amber border-amber-line bg-amber-wash",
  oxblood: "text-oxblood border-ox-line bg-ox-wash",
} as const;

export type Tone = keyof typeof TONES;

/** Icon and word. In tables without its box (`isBoxed={false}`). */
export function Tag(props: {
  tone: Tone;
  icon?: IconName;
  glyph?: ReactNode;
  isBoxed?: boolean;
  children: ReactNode;
}) {
  const tone = TONES[props.tone];
  const box =
    props.isBoxed === true ? `${tone} rounded-field border px-[6px] leading-[18px]` : tone.split(" ")[0];
  return (
    // The word shares its baseline with the words around it. The icon is centred on its first line.
    <span className={`inline-flex max-w-full items-baseline gap-[6px] text-control ${box}`}>
      {props.icon === undefined ? (
        props.glyph === undefined ? null : (
          <span className="inline-flex h-[1lh] items-center self-start">{props.glyph}</span>
        )
      ) : (
        <Icon name={props.icon} className="size-[14px] h-[1lh] self-start" />
      )}
      <span className="min-w-0 text-left">{props.children}</span>
    </span>
  );
}
