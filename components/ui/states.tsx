import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Icon, type IconName } from "@/components/ui/icon";
import { Unbroken } from "@/components/ui/unbroken";

/** Nothing here yet: what this list is for, and the next step. */
export function EmptyState(props: { title: ReactNode; text: ReactNode; children?: ReactNode }) {
  return (
    <div className="max-w-[560px] py-6">
      <p className="font-semibold text-body">{props.title}</p>
      <p className="mt-1 text-body text-ink-2">
        <Unbroken>{props.text}</Unbroken>
      </p>
      {props.children === undefined ? null : (
        <div className="mt-4 flex flex-wrap gap-2">{props.children}</div>
      )}
    </div>
  );
}

const NOTICES = {
  amber: "border-amber bg-amber-wash",
  oxblood: "border-oxblood bg-ox-wash",
  accent: "border-accent bg-accent-wash",
} as const;

/** A thing to know before continuing: wash and bar, with its icon and words. */
export function Notice(props: {
  tone: keyof typeof NOTICES;
  icon?: IconName;
  title?: ReactNode;
  /** Announced when it appears after the page was loaded. */
  isLive?: boolean;
  className?: string;
  children?: ReactNode;
}) {
  return (
    <div
      role={props.isLive === true ? "status" : undefined}
      className={`flex gap-3 border-l-[3px] px-4 py-3 text-control ${NOTICES[props.tone]} ${props.className ?? ""}`}
    >
      {props.icon === undefined ? null : <Icon name={props.icon} className="mt-[2px]" />}
      <div className="min-w-0">
        {props.title === undefined ? null : (
          <p className="font-semibold">
            <Unbroken>{props.title}</Unbroken>
          </p>
        )}
        {props.children}
      </div>
    </div>
  );
}

/** The end of an act: the reference large, what follows, the receipt. `onDone` adds the button that closes a dialog. */
export function Confirmation(props: {
  title: ReactNode;
  reference: ReactNode;
  onDone?: () => void;
  children?: ReactNode;
}) {
  const t = useTranslations("ui");
  return (
    <div role="status" className="border-accent border-t-[3px] pt-4">
      <p className="font-semibold text-lead">{props.title}</p>
      {props.reference === undefined ? null : (
        <p className="mt-1 font-semibold text-title tracking-tight">
          <Unbroken>{props.reference}</Unbroken>
        </p>
      )}
      {props.children === undefined ? null : <div className="mt-2 text-body">{props.children}</div>}
      {props.onDone === undefined ? null : (
        <Button onClick={props.onDone} className="mt-4">
          {t("done")}
        </Button>
      )}
    </div>
  );
}
