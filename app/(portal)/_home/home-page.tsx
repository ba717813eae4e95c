import { getTranslations } from "next-intl/server";
import { FirstUse } from "@/app/(portal)/_home/first-use";
import { HomeEmpty } from "@/app/(portal)/_home/home-empty";
import { HomeFacts } from "@/app/(portal)/_home/home-facts";
import { NeedList } from "@/app/(portal)/_home/need-list";
import { ForceSection, OthersSection, OwnSection, TeamSection } from "@/app/(portal)/_home/sections";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Words } from "@/components/messages/words";
import { OpeningHost } from "@/components/opening/opening-host";
import { ButtonLink } from "@/components/ui/button-link";
import { LocalTime } from "@/components/ui/local-time";
import { getHome } from "@/lib/api-client/operations/home";
import type { Principal } from "@/lib/context/principal";
import { getHome as read } from "@/lib/home/get-home";
import type { Home } from "@/lib/home/schema";
import { loadPage, type PageResult } from "@/lib/http/pages/page";

/** The button to begin something: a transaction for a participant, a request for an officer, none for a reviewer. */
async function Begin({ principal }: { principal: Principal }) {
  const t = await getTranslations("home");
  const { role } = principal;
  if (role === "client" || role === "miner")
    return (
      <ButtonLink href="/transactions/new" look="secondary" size="form" icon="plus">
        {t("newTransaction")}
      </ButtonLink>
    );
  if (role === "auditor" || role === "regulator")
    return (
      <ButtonLink href="/requests/new" look="secondary" size="form" icon="plus">
        {t("newRequest")}
      </ButtonLink>
    );
  return null;
}

/** The kinds of things that Home lists. */
const HOME_KINDS = [
  ...(["request", "grant", "dispute", "transaction", "rotation"] as const),
  ...(["agreement", "roster", "erasure", "authority", "policy"] as const),
];

/** Reads the home of the signed-in person. */
export function loadHome(): Promise<PageResult<Home>> {
  return loadPage(getHome, "/confidential/home", (cx) => read(cx));
}

/** `/` of a signed-in person: what needs them now, then what they follow. */
export async function HomePage({ coming }: { coming: ReturnType<typeof loadHome> }) {
  const t = await getTranslations("home");
  const portal = await getTranslations("portal.places");
  const result = await coming;
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: portal("home"), href: "/" }} />;
  const { value: home, principal } = result;
  const nowMs = Date.parse(home.at);
  return (
    <Words namespaces={["home", "opening"]}>
      <OpeningHost nowMs={nowMs}>
        <LiveRefresh kinds={HOME_KINDS} />
        <PageFrame
          crumbs={[{ label: portal("home") }]}
          title={t("title")}
          lead={t.rich("lead", {
            count: home.needs.length,
            now: () => <LocalTime instant={home.at} form="minute" />,
          })}
          actions={<Begin principal={principal} />}
          apiCall={{ method: "GET", path: "/confidential/home" }}
          facts={<HomeFacts home={home} principal={principal} />}
        >
          <UnreadableRows rows={home.unreadable} />
          {home.needs.length === 0 ? (
            <HomeEmpty principal={principal} />
          ) : (
            <NeedList needs={home.needs} nowMs={nowMs} principal={principal} />
          )}
          {home.last_here_at === undefined ? <FirstUse principal={principal} needs={home.needs} /> : null}
          <div className="mt-8">
            <OthersSection home={home} />
            <TeamSection home={home} />
            <OwnSection home={home} principal={principal} />
            <ForceSection home={home} nowMs={nowMs} principal={principal} />
          </div>
        </PageFrame>
      </OpeningHost>
    </Words>
  );
}
