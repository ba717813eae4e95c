import { Section } from "@/app/_components/section";
import { translations } from "@/components/messages/translate";
import { CodeSample } from "@/components/ui/code-sample";

const EXITS = [
  [0, "exit0"],
  [3, "exit3"],
  [1, "exit1"],
  [2, "exit2"],
] as const;

export function CheckSection() {
  const t = translations("check");
  return (
    <Section id="check" title={t("title")} lead={t("text")}>
      <div className="grid grid-cols-1 gap-x-12 gap-y-6 pt-4 facts:grid-cols-[minmax(0,480px)_minmax(0,1fr)]">
        <div className="min-w-0">
          <CodeSample label={t("verifyLabel")} code="npm run verify -- BUNDLE.zip --policy POLICY.json" />
        </div>
        <dl className="text-control">
          {EXITS.map(([code, key]) => (
            <div key={code} className="flex gap-4 border-line border-b py-2">
              <dt className="w-14 shrink-0 text-ink-3">{t("exit", { code })}</dt>
              <dd>{t(key)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Section>
  );
}
