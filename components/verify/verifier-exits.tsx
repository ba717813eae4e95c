import { getTranslations } from "next-intl/server";

const EXITS = ["0", "1", "2", "3"] as const;

/** What the exit codes of Sealport's verifier mean. */
export async function VerifierExits() {
  const t = await getTranslations("help.verify");
  return (
    <dl className="mt-2 max-w-[760px] text-control">
      {EXITS.map((code) => (
        <div key={code} className="flex gap-4 border-line border-b py-2">
          <dt className="w-20 shrink-0 text-ink-2">{t("exit", { code })}</dt>
          <dd>{t(`exits.${code}`)}</dd>
        </div>
      ))}
    </dl>
  );
}
