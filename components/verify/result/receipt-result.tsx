import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import type { GivenPromise, NoPromise } from "@/lib/audit/bundle-verifier/receipts/verify-receipt";
import { VerdictHead } from "./verdict-head";

interface ReceiptResultProps {
  readonly name: string;
  readonly at: string;
  readonly promise: GivenPromise | NoPromise | undefined;
}

function Head({ promise }: Pick<ReceiptResultProps, "promise">) {
  const t = useTranslations("audit.verify.receipt");
  if (promise === undefined)
    return (
      <VerdictHead tone="amber" icon="warning" title={t("noKeys")}>
        {t("noKeysText")}
      </VerdictHead>
    );
  if (promise.ok)
    return (
      <VerdictHead tone="accent" icon="check" title={t("signed")}>
        {t("signedText")}
      </VerdictHead>
    );
  return (
    <VerdictHead tone="oxblood" icon="stop" title={t(promise.is)}>
      <span lang="en">{promise.detail}</span>
    </VerdictHead>
  );
}

/** A receipt that was checked alone. Only a bundle shows whether the log kept the promise. */
export function ReceiptResult({ name, at, promise }: ReceiptResultProps) {
  const t = useTranslations("audit.verify");
  return (
    <div>
      <p className="text-control text-ink-2">
        {t("checked", { name })} <LocalTime instant={at} />
      </p>
      <Head promise={promise} />
      {promise?.ok === true ? (
        <div className="mt-4">
          <Facts
            look="aligned"
            facts={[
              { name: t("receipt.entry"), value: <Digest value={promise.entryId} isWhole /> },
              { name: t("receipt.by"), value: <LocalTime instant={promise.integrateBy} /> },
            ]}
          />
        </div>
      ) : null}
    </div>
  );
}
