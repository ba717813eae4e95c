import type { ReactNode } from "react";
import { Icon, type IconName } from "@/components/ui/icon";

const LOOKS = {
  accent: { border: "border-accent", text: "text-accent" },
  amber: { border: "border-amber", text: "text-amber" },
  oxblood: { border: "border-oxblood", text: "text-oxblood" },
} as const;

/** The result of a check in one sentence, and what it means. */
export function VerdictHead(props: {
  readonly tone: keyof typeof LOOKS;
  readonly icon: IconName;
  readonly title: string;
  readonly children: ReactNode;
}) {
  const { border, text } = LOOKS[props.tone];
  return (
    <div className={`mt-4 flex gap-4 border-t-[3px] pt-4 ${border}`}>
      <Icon name={props.icon} className={`mt-1 size-6 shrink-0 ${text}`} />
      <div className="min-w-0 max-w-[680px]">
        <h3 className="break-words font-semibold text-opened">{props.title}</h3>
        <div className="mt-1 text-body text-ink-2">{props.children}</div>
      </div>
    </div>
  );
}
