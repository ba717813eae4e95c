import { useLocale, useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { Icon } from "@/components/ui/icon";
import { FactsSection } from "@/components/ui/section";
import { type Proof, parseProof } from "@/lib/audit/bundle-verifier/tree/check-proof";
import type { EventDetail } from "@/lib/audit/schema";
import { toBase64 } from "@/lib/crypto/bytes";
import { formatCount } from "@/lib/format";
import { LeafSpan, ProofDrawing } from "./proof-drawing";

function AllNeighbours({ proof }: { proof: Proof }) {
  const t = useTranslations("audit.proof");
  if (proof.steps.length === 0) return null;
  return (
    <details className="mt-1 text-control">
      <summary className="cursor-pointer py-1 text-ink-2 hover:text-ink">{t("all")}</summary>
      <ol className="mt-1 grid gap-1">
        {proof.steps.map(({ side, hash, leaves }) => (
          <li
            key={leaves.start}
            className="tablet:flex tablet:flex-wrap tablet:items-center tablet:justify-between tablet:gap-x-3"
          >
            <span className="block text-ink-2">
              {t(side)}, <LeafSpan {...leaves} />
            </span>
            <Digest value={toBase64(hash)} label={t("hash")} encoding="base64" />
          </li>
        ))}
      </ol>
    </details>
  );
}

/** Shows the proof of the entry's place in the log: the path to the signed root, drawn and as a list of hashes. */
export function ProofSection(props: {
  detail: EventDetail;
  log: string;
  isClosed: boolean;
  proof: string | undefined;
}) {
  const t = useTranslations("audit.proof");
  const locale = useLocale();
  if (props.proof === undefined)
    return (
      <FactsSection title={t("title")}>
        <p className="flex gap-2 text-control">
          <Icon name={props.isClosed ? "warning" : "clock"} className="mt-[2px] text-amber" />
          {t(props.isClosed ? "neverSigned" : "unsigned")}
        </p>
      </FactsSection>
    );
  const proof = parseProof(props.proof);
  return (
    <FactsSection title={t("title")}>
      <ProofDrawing proof={proof} leaf={props.detail.leaf_hash} />
      <p className="mt-2 text-control text-ink-2">
        {t("text", { count: proof.steps.length, size: formatCount(proof.size, locale) })}
      </p>
      <p className="mt-1 text-ink-2 text-note">{t("encoding")}</p>
      <AllNeighbours proof={proof} />
    </FactsSection>
  );
}
