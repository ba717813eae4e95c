import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { recordPage, type Shown } from "@/app/(portal)/_kit/record-page";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection, Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getAgreement as load } from "@/lib/administration/agreements/list-agreements";
import type { Agreement } from "@/lib/administration/agreements/schema";
import { getAgreement } from "@/lib/api-client/operations/administration/agreements";
import { AgreementActs } from "../_components/agreement-acts";
import { AgreementTag, ChangeTable } from "../_components/agreement-words";

function SideFacts({ agreement }: { agreement: Agreement }) {
  const t = useTranslations("administration.agreements");
  const { decided_by: by, decided_at: at, decision_reason: reason } = agreement;
  return (
    <FactsSection title={t("one")}>
      <Facts
        facts={[
          { name: t("columns.state"), value: <AgreementTag state={agreement.state} /> },
          { name: t("askedBy"), value: agreement.asked_by },
          { name: t("askedAt"), value: <LocalTime instant={agreement.asked_at} form="minute" /> },
          { name: t("until"), value: <LocalTime instant={agreement.expires_at} form="minute" /> },
          ...(by === null ? [] : [{ name: t("decidedBy"), value: by }]),
          ...(at === null ? [] : [{ name: t("decidedAt"), value: <LocalTime instant={at} form="minute" /> }]),
          ...(reason === null ? [] : [{ name: t("decisionReason"), value: reason }]),
        ]}
      />
    </FactsSection>
  );
}

function Content({ value: agreement }: Shown<Agreement>) {
  const t = useTranslations("administration.agreements");
  const { name } = agreement.subject;
  const { agree_from: from } = agreement;
  const isOpen = agreement.state === "open";
  return (
    <>
      {isOpen && from !== null ? (
        <Notice tone="amber" icon="clock" title={t("hold")} className="mb-6">
          <p>
            {t("holdText")} <LocalTime instant={from} form="minute" />
          </p>
        </Notice>
      ) : null}
      {isOpen && from === null && !agreement.may_agree ? (
        <Notice tone="amber" icon="clock" title={t(agreement.is_own ? "yours" : "about")} className="mb-6" />
      ) : null}
      <Section title={t("why")}>
        <p className="max-w-[80ch] whitespace-pre-line py-3 text-lead">{agreement.reason}</p>
      </Section>
      <Section title={t("change")}>
        <ChangeTable agreement={agreement} />
      </Section>
      <Section title={t("followsTitle")}>
        <p className="max-w-[80ch] py-2 text-control">{t(`follows.${agreement.kind}`, { name })}</p>
      </Section>
      <Section title={t("whoMay")}>
        <p className="max-w-[80ch] py-2 text-control text-ink-2">{t("whoMayText")}</p>
      </Section>
    </>
  );
}

/** One act that needs two people: who asks and why, before and after, what follows, until when. */
const page = recordPage({
  operation: getAgreement,
  load,
  title: async () => (await getTranslations("administration.agreements"))("one"),
  above: async () => ({
    label: (await getTranslations("administration.agreements"))("title"),
    href: "/agreements",
  }),
  heading: async ({ value: agreement }) => {
    const t = await getTranslations("administration.agreements.kinds");
    const title = `${t(agreement.kind)}: ${agreement.subject.name}`;
    return { crumb: agreement.subject.name, title };
  },
  actions: ({ value: agreement }) => <AgreementActs agreement={agreement} />,
  live: ["agreement"],
  facts: ({ value: agreement }) => <SideFacts agreement={agreement} />,
  content: (shown) => <Content {...shown} />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
