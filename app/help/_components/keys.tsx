import { useTranslations } from "next-intl";

const KEYS = ["find", "move", "approve", "narrow", "deny", "ask", "verify", "tables", "escape"] as const;

/** Lists the keyboard shortcuts. A single letter works only outside of fields and dialogs. */
export function Keys() {
  const t = useTranslations("help");
  return (
    <dl className="text-control">
      {KEYS.map((key) => (
        <div key={key} className="flex items-baseline gap-4 border-line border-b py-2">
          <dt className="w-28 shrink-0">
            {t(`keys.${key}.key`)
              .split(" ")
              .map((cap) => (
                <kbd
                  key={cap}
                  className="mr-1 rounded-field border border-line-2 px-[6px] font-sans text-note"
                >
                  {cap}
                </kbd>
              ))}
          </dt>
          <dd className="text-ink-2">{t(`keys.${key}.text`)}</dd>
        </div>
      ))}
    </dl>
  );
}
