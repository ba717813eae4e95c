import { getTranslations } from "next-intl/server";
import { recordPage } from "@/app/(portal)/_kit/record-page";
import { LiveRefresh } from "@/components/client/live-refresh";
import { FollowButton } from "@/components/domain/follow-button";
import { EndTime } from "@/components/ui/begin-and-end";
import { ButtonLink } from "@/components/ui/button-link";
import { Tag } from "@/components/ui/tag";
import { Unbroken } from "@/components/ui/unbroken";
import { getCase as load } from "@/lib/access/cases/get-case";
import type { CaseDetail } from "@/lib/access/cases/schema";
import { getCase } from "@/lib/api-client/operations/cases";
import { followOf } from "@/lib/notify/follows/follows";
import { CaseAccess, CaseFacts } from "../_components/case-facts";
import { CaseRuler } from "../_components/case-ruler";
import { CaseTimeline, shownOf } from "../_components/case-timeline";

async function NewRequestForCase({ shown, handle }: { shown: CaseDetail; handle: string }) {
  const t = await getTranslations("cases.detail");
  const own = shown.requests.findLast(
    ({ state, requester }) => state !== "draft" && requester.handle === handle,
  );
  if (own === undefined) return null;
  return (
    <ButtonLink href={`/requests/new?from=${own.id}`} look="secondary" icon="plus" size="form">
      {t("newRequest")}
    </ButtonLink>
  );
}

/** To the pack of the access in force, where the reader holds it. */
async function PackOfCase({ shown, handle }: { shown: CaseDetail; handle: string }) {
  const t = await getTranslations("cases.detail");
  const own = shown.grants.find(({ state, holder }) => state === "active" && holder === handle);
  if (own === undefined) return null;
  return (
    <ButtonLink href={`/grants/${own.id}#pack`} look="secondary" icon="download" size="form">
      {t("pack")}
    </ButtonLink>
  );
}

async function Title({ shown }: { shown: CaseDetail }) {
  const t = await getTranslations("cases.detail");
  const { sealed_until: until, case_number: number } = shown;
  if (until === undefined) return <Unbroken>{number}</Unbroken>;
  return (
    <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
      {/* Without its own box a long number would not break, and the page would be wider than a phone. */}
      <span className="min-w-0 break-words">
        <Unbroken>{number}</Unbroken>
      </span>
      <span className="font-normal tracking-normal">
        <Tag tone="amber" icon="lock" isBoxed>
          {t.rich("sealed", { until: () => <EndTime instant={until} form="day" /> })}
        </Tag>
      </span>
    </span>
  );
}

/** One case: its order, requests, access, openings and holds over time, and what happened, with the log's entries. */
const page = recordPage({
  operation: getCase,
  load: async (cx, id) => ({ ...(await load(cx, id)), follow: await followOf(cx, "case", id) }),
  title: async () => (await getTranslations("cases"))("one"),
  above: async () => ({ label: (await getTranslations("cases"))("title"), href: "/cases" }),
  heading: async ({ value: shown }) => {
    const t = await getTranslations("cases.detail");
    const kinds = await getTranslations("domain.instruments");
    const { issuer, agency, kind } = shown;
    return {
      crumb: shown.case_number,
      title: <Title shown={shown} />,
      lead: t("lead", { kind: kinds(kind), issuer, agency: agency.name }),
    };
  },
  actions: ({ id, value, principal }) => (
    <>
      <FollowButton kind="case" subject={id} name={value.case_number} follow={value.follow} />
      <PackOfCase shown={value} handle={principal.handle} />
      <NewRequestForCase shown={value} handle={principal.handle} />
    </>
  ),
  facts: ({ value, principal, nowMs }) => <CaseFacts shown={value} reader={principal} nowMs={nowMs} />,
  content: ({ value, principal, params, nowMs }) => (
    <>
      <LiveRefresh kinds={["request", "grant"]} />
      <div className="mb-8 facts:hidden">
        <CaseAccess shown={value} reader={principal} nowMs={nowMs} />
      </div>
      <CaseRuler shown={value} nowMs={nowMs} />
      <CaseTimeline shown={value} show={shownOf(params.show)} handle={principal.handle} nowMs={nowMs} />
    </>
  ),
});

export const generateMetadata = page.generateMetadata;
export default page.render;
