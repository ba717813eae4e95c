import { notFound, redirect } from "next/navigation";
import { useTranslations } from "next-intl";
import { getLocale, getTranslations } from "next-intl/server";
import { ProblemPage } from "@/components/layout/problem-page";
import { Notice } from "@/components/ui/states";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { getRequest as readRequest } from "@/lib/access/requests/request-view";
import { createRequest, getRequest } from "@/lib/api-client/operations/access";
import { loadPage } from "@/lib/http/pages/page";
import type { Answers } from "./_components/answers/answers";
import { formOptions } from "./_components/answers/form-options";
import { prefillOf, type Search, uuidOf } from "./_components/answers/prefill";
import { NewRequest } from "./_components/new-request";

export async function generateMetadata() {
  const t = await getTranslations("requests.new");
  return { title: t("title") };
}

/** A draft by its address. A request that is not a draft of this person is shown on its own page. */
async function ExistingDraft({ id }: { id: string }) {
  const t = await getTranslations("requests");
  const found = await loadPage(getRequest, `/confidential/access/requests/${id}`, async (cx) => ({
    view: await readRequest(cx, id),
    options: await formOptions(cx, await getLocale()),
  }));
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("title"), href: "/requests" }} />;
  const { view, options } = found.value;
  const { principal } = found;
  if (view.state !== "draft" || view.requester.handle !== principal.handle) redirect(`/requests/${id}`);
  return <NewRequest key={`${options.person} ${id}`} options={options} view={view} prefill={NOTHING} />;
}

const NOTHING: Partial<Answers> = {};

/** Why the request that a new one starts from was denied, so that the requester can add what was missing. */
function DeniedBefore({ request }: { request: Pick<RequestView, "reference" | "decisions"> }) {
  const t = useTranslations("requests.new.again");
  const denial = request.decisions.find(({ decision }) => decision === "deny");
  if (denial === undefined) return null;
  const { reference } = request;
  const { name } = denial.approver;
  return (
    <Notice tone="amber" icon="warning" title={t("title", { reference, name })} className="mb-4">
      <p className="whitespace-pre-wrap break-words">{t("text", { reason: denial.comment })}</p>
    </Notice>
  );
}

/** A new request with the answers of a former one of the same person, without its document. */
async function BegunFrom({ id }: { id: string }) {
  const t = await getTranslations("requests");
  const found = await loadPage(getRequest, `/confidential/access/requests/${id}`, async (cx) => ({
    view: await readRequest(cx, id),
    options: await formOptions(cx, await getLocale()),
  }));
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("title"), href: "/requests" }} />;
  const { view, options } = found.value;
  const { principal } = found;
  if (view.state === "draft" || view.requester.handle !== principal.handle) redirect(`/requests/${id}`);
  return (
    <NewRequest
      key={`${options.person} ${id}`}
      options={options}
      begunFrom={view}
      denied={<DeniedBefore request={view} />}
      prefill={NOTHING}
    />
  );
}

/** A dispute in the address becomes the legal basis, which the person can change. */
async function basisOf(search: Search): Promise<Partial<Answers>> {
  const dispute = uuidOf(search.dispute);
  if (dispute === undefined) return NOTHING;
  const t = await getTranslations("requests.new");
  return { legalBasis: t("disputeBasis", { id: dispute }) };
}

export default async function NewRequestPage({ searchParams }: { searchParams: Promise<Search> }) {
  const search = await searchParams;
  if (search.draft !== undefined) {
    const id = uuidOf(search.draft);
    if (id === undefined) notFound();
    return <ExistingDraft id={id} />;
  }
  if (search.from !== undefined) {
    const id = uuidOf(search.from);
    if (id === undefined) notFound();
    return <BegunFrom id={id} />;
  }
  const t = await getTranslations("requests");
  // Loaded as the call that files it: people who may not file are refused the form, and that is logged.
  const found = await loadPage(createRequest, "/confidential/access/requests", async (cx) =>
    formOptions(cx, await getLocale()),
  );
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("title"), href: "/requests" }} />;
  const options = found.value;
  const prefill = { ...(await basisOf(search)), ...prefillOf(search, options) };
  return <NewRequest key={options.person} options={options} prefill={prefill} />;
}
