import { notFound, redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { ReceiptDownload } from "@/components/domain/receipt-download";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { EndTime } from "@/components/ui/begin-and-end";
import { ButtonLink } from "@/components/ui/button-link";
import { Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { Confirmation } from "@/components/ui/states";
import { shownDue } from "@/lib/access/deadlines/shown-due";
import { getRequest as readRequest } from "@/lib/access/requests/request-view";
import { getRequest } from "@/lib/api-client/operations/access";
import { loadPage } from "@/lib/http/pages/page";
import { type Search, uuidOf } from "../_components/answers/prefill";

export async function generateMetadata() {
  const t = await getTranslations("requests.sent");
  return { title: t("title") };
}

/** The submitted request: its reference, its deadline, its receipt. */
export default async function SentPage({ searchParams }: { searchParams: Promise<Search> }) {
  const id = uuidOf((await searchParams).request);
  if (id === undefined) notFound();
  const t = await getTranslations("requests");
  const found = await loadPage(getRequest, `/confidential/access/requests/${id}`, (cx) =>
    readRequest(cx, id),
  );
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("title"), href: "/requests" }} />;
  const { value: request, principal } = found;
  if (request.state === "draft") redirect(`/requests/new/check?draft=${id}`);
  if (request.requester.handle !== principal.handle) redirect(`/requests/${id}`);
  const document = request.authorization?.document;
  const { answer: due } = shownDue(request);
  return (
    <PageFrame
      crumbs={[{ label: t("title"), href: "/requests" }, { label: request.reference }]}
      title={t("sent.title")}
    >
      <div className="max-w-[640px]">
        <Confirmation title={t("list.column.reference")} reference={request.reference}>
          <Facts
            look="aligned"
            facts={[
              {
                name: t("sent.due"),
                value: due === undefined ? t("sent.dueNone") : <EndTime instant={due} />,
              },
            ]}
          />
          <div className="mt-3">
            <ReceiptDownload of={{ request_id: id }} name={request.reference} />
          </div>
        </Confirmation>
        <Section title={t("sent.nextTitle")}>
          {document === undefined ? null : (
            <p className="mt-2 text-body text-ink-2">
              {t(document.scan === "not scanned" ? "sent.notScanned" : "sent.checked")}
            </p>
          )}
          <p className="mt-2 text-body text-ink-2">{t("sent.nextText")}</p>
        </Section>
        <div className="mt-6 flex flex-wrap gap-2 print:hidden">
          <ButtonLink href={`/requests/${id}`} look="primary">
            {t("sent.show")}
          </ButtonLink>
          <ButtonLink href="/requests" look="secondary">
            {t("sent.list")}
          </ButtonLink>
        </div>
      </div>
    </PageFrame>
  );
}
