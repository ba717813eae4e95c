import { useTranslations } from "next-intl";
import { NoticeSentence } from "@/components/domain/notice-sentence";
import { EndTime } from "@/components/ui/begin-and-end";
import { Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import type { ExpectedNotice } from "@/lib/access/notices/schema";
import type { RequestView } from "@/lib/access/requests/answer-schema";

/** Purpose, notice, seal and reason, before anything else: what the request is for. */
export function WhySection({
  request,
  notice,
}: {
  request: RequestView;
  notice: ExpectedNotice | undefined;
}) {
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  const sealed = request.authorization?.sealed;
  const facts = [
    { name: t("scope.purpose"), value: domain(`purposes.${request.purpose}`) },
    ...(notice === undefined
      ? []
      : [
          {
            name: t("reasonGiven.notice"),
            value: <NoticeSentence notice={notice} purpose={request.purpose} />,
          },
        ]),
    ...(request.authorization === undefined
      ? []
      : [
          {
            name: t("reasonGiven.seal"),
            value:
              sealed === undefined ? (
                t("reasonGiven.noSeal")
              ) : (
                <EndTime instant={sealed.until} form="day" before={t("reasonGiven.sealUntil")} />
              ),
          },
        ]),
    ...(request.legal_basis === undefined ? [] : [{ name: t("scope.basis"), value: request.legal_basis }]),
  ];
  return (
    <Section title={t("reasonGiven.title")}>
      <div className="mt-3 grid gap-6 tablet:grid-cols-[minmax(0,0.72fr)_minmax(0,1fr)]">
        <div className="order-2 min-w-0 tablet:order-none">
          <Facts facts={facts} />
        </div>
        <div className="min-w-0">
          <p className="text-control text-ink-2">{t("reasonGiven.by", { name: request.requester.name })}</p>
          <blockquote className="whitespace-pre-wrap break-words text-lead">
            {request.justification}
          </blockquote>
        </div>
      </div>
    </Section>
  );
}
