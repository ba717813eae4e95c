"use client";

import { useTranslations } from "next-intl";
import { Icon } from "@/components/ui/icon";

/** Chooses between the form and the text. Text that the form cannot say locks the form. */
export function ModeSwitch(props: {
  isText: boolean;
  /** The construct that locks the form; empty for a text that is not saved yet. */
  locked: string | undefined;
  onMode: (isText: boolean) => void;
}) {
  const t = useTranslations("policies.edit");
  const { isText, locked, onMode } = props;
  const look = (isChosen: boolean) =>
    isChosen
      ? "border-accent bg-accent-wash font-medium text-accent"
      : "border-edge bg-sheet text-ink-2 hover:text-ink";
  return (
    <div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would take the focus order of the form apart */}
      <span role="group" aria-label={t("mode")} className="inline-flex">
        {([false, true] as const).map((value, index) => (
          <button
            key={String(value)}
            type="button"
            aria-pressed={isText === value}
            disabled={!value && locked !== undefined}
            onClick={() => onMode(value)}
            className={`min-h-touch cursor-pointer border px-4 text-control disabled:cursor-not-allowed disabled:text-ink-3 tablet:min-h-bar ${index === 0 ? "rounded-l-control" : "-ml-px rounded-r-control"} ${look(isText === value)}`}
          >
            {t(value ? "asText" : "asForm")}
          </button>
        ))}
      </span>
      {locked === undefined ? null : (
        <p className="mt-2 flex items-start gap-2 text-control text-ink-2">
          <Icon name="lock" className="mt-[2px]" />
          <span>
            {locked === ""
              ? t("unsaved")
              : t.rich("locked", {
                  construct: () => <code className="font-mono">{locked}</code>,
                })}
          </span>
        </p>
      )}
    </div>
  );
}
