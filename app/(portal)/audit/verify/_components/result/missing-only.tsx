import { useTranslations } from "next-intl";

/** The second headline where only something is missing: nothing is shown to be changed, and what is not there. */
export function MissingOnly({ findings }: { findings: readonly { readonly detail: string }[] }) {
  const t = useTranslations("audit.verify.unfinished");
  return (
    <>
      {t("text")}{" "}
      <span lang="en" className="break-words">
        {findings.map(({ detail }) => detail).join("; ")}
      </span>
    </>
  );
}
