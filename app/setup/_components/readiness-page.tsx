import Link from "next/link";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { RunAll, StripInStep } from "@/app/setup/_components/item-acts";
import { ReadinessItems } from "@/app/setup/_components/readiness-items";
import { SecondAdministrator } from "@/app/setup/_components/second-administrator";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Facts } from "@/components/ui/facts";
import { FactsSection, Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { Tag } from "@/components/ui/tag";
import { readReadiness } from "@/lib/administration/readiness/read-readiness";
import type { ReadinessList } from "@/lib/administration/readiness/schema";
import { getReadinessList } from "@/lib/api-client/operations/administration/readiness";
import { loadPage } from "@/lib/http/pages/page";

const NEEDED = 10;
const LINK = "underline underline-offset-4";

/** Ten boxes, one for each part. Boxes of finished parts are filled; their number is written next to them. */
function Progress({ done }: { done: number }) {
  const t = useTranslations("setup.ready");
  return (
    <div>
      <div aria-hidden="true" className="flex gap-1">
        {Array.from({ length: NEEDED }, (_, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a box has only its position
            key={index}
            className={`h-3 w-4 border ${index < done ? "border-accent bg-accent" : "border-line-2"}`}
          />
        ))}
      </div>
      <p className="mt-1 font-medium text-control">{t("of", { done, all: NEEDED })}</p>
    </div>
  );
}

function SideFacts({ list }: { list: ReadinessList }) {
  const t = useTranslations("setup.facts");
  const administrators = list.items.find(({ item }) => item === "administrators")?.facts;
  const names = administrators?.names ?? "";
  return (
    <>
      <FactsSection title={t("may")}>
        <p className="mb-2 text-control text-ink-2">{t("mayText")}</p>
        <Facts
          facts={[
            {
              name: t("assurance"),
              value: (
                <Tag
                  tone={list.assurance === "signed" ? "accent" : "amber"}
                  icon={list.assurance === "signed" ? "check" : "warning"}
                >
                  {t(`assurances.${list.assurance}`)}
                </Tag>
              ),
            },
          ]}
        />
      </FactsSection>
      <FactsSection title={t("people")} note={administrators?.count}>
        <p className="text-control">{names === "" ? t("none") : names}</p>
        <p className="mt-2 text-control">
          <Link href="/people" prefetch={false} className={LINK}>
            {t("invite")}
          </Link>
        </p>
      </FactsSection>
      {list.assurance === "evaluation" ? null : (
        <FactsSection title={t("looking")}>
          <p className="text-control text-ink-2">{t("lookingText")}</p>
          <p className="mt-2 text-control">
            <Link href="/developers/guides/ten-minutes" prefetch={false} className={LINK}>
              {t("lookingLink")}
            </Link>
          </p>
        </FactsSection>
      )}
      <FactsSection title={t("stuck")}>
        <p className="text-control text-ink-2">{t("stuckText")}</p>
        <div className="mt-3">
          <RunAll />
        </div>
      </FactsSection>
    </>
  );
}

function Content({ list }: { list: ReadinessList }) {
  const t = useTranslations("setup.ready");
  const { people } = list;
  const needed = list.items.filter(({ is_needed: isNeeded }) => isNeeded);
  const others = list.items.filter(({ is_needed: isNeeded }) => !isNeeded);
  const done = others.filter(({ state }) => state === "done").length;
  return (
    <>
      <StripInStep missing={NEEDED - list.done} />
      {list.assurance === "evaluation" ? (
        <Notice tone="amber" icon="warning" title={t("demonstration.title")} className="mb-6">
          <p>{t("demonstration.text")}</p>
        </Notice>
      ) : null}
      {people.is_open ? (
        <Notice tone="amber" icon="clock" title={t("waiting.title")} className="mb-6">
          <p>{t("waiting.text")}</p>
        </Notice>
      ) : null}
      {people.may_name ? <SecondAdministrator second={people.second} /> : null}
      <Section title={t("needed")} count={needed.length} action={t("order")}>
        <ReadinessItems items={needed} people={people} />
      </Section>
      <Section title={t("recommended")} action={t("of", { done, all: others.length })}>
        <ReadinessItems items={others} people={people} isFolded />
      </Section>
    </>
  );
}

/** The list of what real data needs. People can leave it and continue later. */
export async function ReadinessPage() {
  const [result, t] = await Promise.all([
    loadPage(getReadinessList, getReadinessList.path, readReadiness),
    getTranslations("setup"),
  ]);
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: t("short"), href: "/setup" }} />;
  const list = result.value;
  return (
    <PageFrame
      crumbs={[{ label: t("short") }]}
      title={t("title")}
      lead={
        list.people.may_name
          ? t("begin.third")
          : t("ready.lead", { done: list.done, missing: NEEDED - list.done })
      }
      actions={<Progress done={list.done} />}
      apiCall={{ method: "GET", path: getReadinessList.path }}
      facts={<SideFacts list={list} />}
    >
      <Content list={list} />
    </PageFrame>
  );
}
