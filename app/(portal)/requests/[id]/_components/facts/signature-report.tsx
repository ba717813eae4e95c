import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Tag } from "@/components/ui/tag";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";

type Report = NonNullable<AuthorizationView["signature"]>[number];

/** The newest check of an order's signature, in the standard's terms and in plain words. */
export function SignatureReport({ authorization }: { authorization: AuthorizationView }) {
  const t = useTranslations("review.signature");
  const faults = useTranslations("domain.signatureFaults");
  const report = authorization.signature?.at(-1);
  if (report === undefined) return null;
  return (
    <section aria-labelledby="signature-report" className="mt-4">
      <h3 id="signature-report" className="font-semibold text-control">
        {t("title")}
      </h3>
      <p className="mt-1 text-control text-ink-2">
        {report.fault === undefined ? t("passed") : faults(report.fault)}
        {report.method === "jws" ? null : ` ${t("overDocument")}`}
      </p>
      <div className="mt-2">
        <Facts look="aligned" facts={factsOf(report, t)} />
      </div>
    </section>
  );
}

/** The revocation lists that a check used, each with its digest. Their bytes are kept with the order. */
function Lists({ lists }: { lists: NonNullable<Report["crls"]> }) {
  const t = useTranslations("review.signature");
  return (
    <ul className="grid gap-1">
      {lists.map(({ sha256, issuer, this_update: from, next_update: until }) => (
        <li key={sha256}>
          {t("list", { issuer })} <LocalTime instant={until ?? from} form="minute" />{" "}
          <Digest value={sha256} />
        </li>
      ))}
    </ul>
  );
}

function certificateFacts(
  { signer, crls }: Report,
  t: ReturnType<typeof useTranslations<"review.signature">>,
): Fact[] {
  return [
    ...(signer === undefined
      ? []
      : [
          { name: t("signer"), value: signer.subject },
          { name: t("issuedBy"), value: signer.issuer },
        ]),
    ...(crls === undefined ? [] : [{ name: t("lists"), value: <Lists lists={crls} /> }]),
  ];
}

function factsOf(report: Report, t: ReturnType<typeof useTranslations<"review.signature">>): Fact[] {
  const { indication, sub_indication: sub, kid } = report;
  const words = sub === undefined ? indication : `${indication}, ${sub}`;
  const isPassed = indication === "TOTAL-PASSED";
  return [
    {
      name: t("result"),
      value: (
        <Tag tone={isPassed ? "accent" : "amber"} icon={isPassed ? "check" : "warning"}>
          {words}
        </Tag>
      ),
    },
    { name: t("method"), value: t(`methods.${report.method}`) },
    ...(kid === undefined ? [] : [{ name: t("kid"), value: kid }]),
    ...(report.authority === undefined ? [] : [{ name: t("authority"), value: report.authority.issuer }]),
    ...certificateFacts(report, t),
    {
      name: t(`occasions.${report.occasion}`),
      value: <LocalTime instant={report.judged_at} form="minute" />,
    },
  ];
}
