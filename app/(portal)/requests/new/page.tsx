import { notFound, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { ProblemPage } from "@/components/layout/problem-page";
import { getRequest as readRequest } from "@/lib/access/requests/request-view";
import { createRequest, getRequest } from "@/lib/api-client/operations/access";
import { loadPage } from "@/lib/http/pages/page";
import { answerDays } from "./_components/answers/answer-days";
import type { Answers } from "./_components/answers/answers";
import { formOptions } from "./_components/answers/form-options";
import { prefillOf, type Search, uuidOf } from "./_components/answers/prefill";
import { NewRequest } from "./_components/new-request";
import { DeniedBefore } from "./_components/sections/denied-before";

export async function generateMetadata() {
  const t = await getTranslations("requests.new");
  return { title: t("title") };
}

/** A draft by its address. What is no draft of this person any more is shown as the request it is. */
async function ExistingDraft({ id }: { id: string }) {
  const t = await getTranslations("requests");
  const found = await loadPage(getRequest, `/confidential/access/requests/${id}`, (cx) =>
    readRequest(cx, id),
  );
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("title"), href: "/requests" }} />;
  const { value: view, principal } = found;
  if (view.state !== "draft" || view.requester.handle !== principal.handle) redirect(`/requests/${id}`);
  const options = await formOptions(principal, await getLocale());
  return (
    <NewRequest
      key={`${options.person} ${id}`}
      options={options}
      view={view}
      prefill={NOTHING}
      answerDays={answerDays()}
    />
  );
}

const NOTHING: Partial<Answers> = {};

/** What a request of one's own that was sent before gives a new one: all that was asked and typed, but no document. */
async function BegunFrom({ id }: { id: string }) {
  const t = await getTranslations("requests");
  const found = await loadPage(getRequest, `/confidential/access/requests/${id}`, (cx) =>
    readRequest(cx, id),
  );
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("title"), href: "/requests" }} />;
  const { value: view, principal } = found;
  if (view.state === "draft" || view.requester.handle !== principal.handle) redirect(`/requests/${id}`);
  const options = await formOptions(principal, await getLocale());
  return (
    <NewRequest
      key={`${options.person} ${id}`}
      options={options}
      begunFrom={view}
      denied={<DeniedBefore request={view} />}
      prefill={NOTHING}
      answerDays={answerDays()}
    />
  );
}

/** A dispute named by the address stands as the basis, to be kept or replaced. */
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
  // Read as the call that will file it: who may not file does not see the form, and that is written down.
  const found = await loadPage(createRequest, "/confidential/access/requests", async ({ principal }) =>
    formOptions(principal, await getLocale()),
  );
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("title"), href: "/requests" }} />;
  const options = found.value;
  const prefill = { ...(await basisOf(search)), ...prefillOf(search, options) };
  return <NewRequest key={options.person} options={options} prefill={prefill} answerDays={answerDays()} />;
}
