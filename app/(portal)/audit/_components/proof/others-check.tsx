import { useTranslations } from "next-intl";
import { ForPrograms } from "@/components/client/developer-tools";
import { ButtonLink } from "@/components/ui/button-link";
import { CodeSample } from "@/components/ui/code-sample";
import { FactsSection } from "@/components/ui/section";

/** Served from public/, and meant to be read before it is run. */
const SCRIPT = "/check-entry.py";

const RUN = 'python3 check-entry.py "$LOG_KEY" \\\n  entry.json proof.txt';

/**
 * The calls that give this entry and its proof, and the way from the entry's bytes to the signed root with nothing of
 * ours but a script that can be read: python3 and openssl.
 */
export function OthersCheck(props: {
  calls: { readonly entry: string; readonly proof: string };
  /** Whether a signed checkpoint covers the entry: before that there is no proof. */
  isSigned: boolean;
}) {
  const t = useTranslations("audit.drawer");
  const words = useTranslations("audit.others");
  const { entry, proof } = props.calls;
  return (
    <>
      <ForPrograms>
        <FactsSection title={t("call")} className="print:hidden">
          <div className="grid grid-cols-1 gap-3">
            <CodeSample label={t("callEntry")} code={`${entry} \\\n  > entry.json`} />
            {props.isSigned ? (
              <CodeSample label={t("callProof")} code={`${proof} \\\n  > proof.txt`} />
            ) : null}
          </div>
        </FactsSection>
      </ForPrograms>
      {props.isSigned ? (
        <FactsSection title={words("title")}>
          <p className="mb-3 text-control">{words("text")}</p>
          <div className="mb-3">
            <ButtonLink href={SCRIPT} look="secondary" size="bar" icon="download" isDownload>
              {words("script")}
            </ButtonLink>
          </div>
          <CodeSample label={words("run")} code={RUN} />
          <p className="mt-3 text-control text-ink-2">{words("key")}</p>
        </FactsSection>
      ) : null}
    </>
  );
}
