import { notFound, redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { NoticeSentence } from "@/components/domain/notice-sentence";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Notice } from "@/components/ui/states";
import { noticeOfRequest } from "@/lib/access/notices/expected-notice";
import type { ExpectedNotice } from "@/lib/access/notices/schema";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { getRequest as readRequest } from "@/lib/access/requests/request-view";
import { shownLevel } from "@/lib/access/rules/purposes";
import { getRequest } from "@/lib/api-client/operations/access";
import type { Principal } from "@/lib/context/principal";
import { loadPage } from "@/lib/http/pages/page";
import { getRuntime } from "@/lib/runtime/slot";
import { controlId } from "../_components/answers/answers";
import { type Search, uuidOf } from "../_components/answers/prefill";
import { CheckList } from "../_components/check/check-list";
import { SubmitRequest } from "../_components/check/submit-request";

export async function generateMetadata() {
  const t = await getTranslations("requests.check");
  return { title: t("title") };
}

/** The draft as the server has stored it, each answer with a link to change it. */
export default async function CheckAnswersPage({ searchParams }: { searchParams: Promise<Search> }) {
  const id = uuidOf((await searchParams).draft);
  if (id === undefined) notFound();
  const t = await getTranslations("requests");
  const found = await loadPage(getRequest, `/confidential/access/requests/${id}`, async (cx) => {
    const read = await readRequest(cx, id);
    return { view: read, notice: await noticeOfRequest(cx, read) };
  });
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("title"), href: "/requests" }} />;
  const {
    value: { view, notice },
    principal,
  } = found;
  if (view.state !== "draft" || view.requester.handle !== principal.handle) redirect(`/requests/${id}`);
  return <CheckAnswers view={view} notice={notice} principal={principal} />;
}

/** Fields of the draft that the policies in force would mask. */
async function maskedFields(view: RequestView, principal: Principal) {
  const set = (await getRuntime()).policies.active();
  const terms = { level: view.level, purpose: view.purpose, instrument: view.authorization?.kind };
  return view.fields.filter((field) => shownLevel(terms, field, set, principal) === "masked");
}

interface CheckProps {
  readonly view: RequestView;
  readonly notice: ExpectedNotice | undefined;
  readonly principal: Principal;
}

async function CheckAnswers({ view, notice, principal }: CheckProps) {
  const t = await getTranslations("requests");
  const form = `/requests/new?draft=${view.id}`;
  const isMissing = view.authorization === undefined && principal.role !== "coordinator";
  return (
    <PageFrame
      crumbs={[
        { label: t("title"), href: "/requests" },
        { label: t("new.title"), href: form },
        { label: t("check.title") },
      ]}
      title={t("check.title")}
      lead={t("check.lead")}
      apiCall={{ method: "POST", path: `/confidential/access/requests/${view.id}/submit` }}
    >
      <div className="max-w-[820px]">
        <CheckList
          view={view}
          hasAuthority={principal.role !== "coordinator"}
          person={principal.handle}
          masked={await maskedFields(view, principal)}
        />
        {isMissing ? (
          <Notice tone="amber" icon="warning" title={t("check.missingTitle")} className="mt-6">
            <p>{t("check.missingText")}</p>
            <ButtonLink
              href={`${form}#${controlId("document")}`}
              look="secondary"
              size="bar"
              className="mt-2"
            >
              {t("check.missingLink")}
            </ButtonLink>
          </Notice>
        ) : (
          <>
            {notice === undefined ? null : (
              <p className="mt-6 text-body">
                {t("new.basis.follows.notice")} <NoticeSentence notice={notice} purpose={view.purpose} />
              </p>
            )}
            <p className="mt-3 text-body text-ink-2">{t("check.after")}</p>
            <SubmitRequest id={view.id} person={principal.handle} form={form} />
          </>
        )}
      </div>
    </PageFrame>
  );
}
