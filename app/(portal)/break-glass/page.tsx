import { getTranslations } from "next-intl/server";
import { type Listed, listPage } from "@/app/(portal)/_kit/list-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { listBreakGlass as load } from "@/lib/access/break-glass/list-break-glass";
import type { BreakGlassView } from "@/lib/access/break-glass/schema";
import { listBreakGlass } from "@/lib/api-client/operations/break-glass";
import type { Principal } from "@/lib/context/principal";
import { MIN_REASON_LENGTH } from "@/lib/escrow/protocol/break-glass-statement";
import { UseForm } from "./_components/use-form";
import { useUseColumns } from "./_components/use-table";

type Uses = Listed<Awaited<ReturnType<typeof load>>>;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isHolder = ({ duties }: Pick<Principal, "duties">): boolean => duties.includes("break-glass");

/** The reader's own use that blocks the next one: it runs, or its review is due. */
function blockingOf(items: readonly BreakGlassView[], handle: string): BreakGlassView | undefined {
  const blocks = ["pending", "running", "review_due"];
  return items.find(({ holder, state }) => holder.handle === handle && blocks.includes(state));
}

async function Blocked({ use }: { use: BreakGlassView }) {
  const t = await getTranslations("breakGlass.blocked");
  const isRunning = use.state !== "review_due";
  return (
    <Notice tone="amber" icon="clock" title={t(isRunning ? "runs" : "waits", { reference: use.reference })}>
      <p>{t(isRunning ? "runsText" : "waitsText")}</p>
      <p className="mt-3">
        <ButtonLink href={`/break-glass/${use.id}`} look={isRunning ? "primary" : "secondary"} size="bar">
          {t("look")}
        </ButtonLink>
      </p>
    </Notice>
  );
}

/** The form for holders of the duty; until their last use is reviewed, what they wait for. */
async function NextUse({ value, principal, given, params }: Uses) {
  if (!isHolder(principal) || given.cursor !== undefined) return null;
  const blocking = blockingOf(value.items, principal.handle);
  if (blocking !== undefined) return <Blocked use={blocking} />;
  const { transaction } = params;
  const isId = typeof transaction === "string" && UUID.test(transaction);
  return (
    <Section title={(await getTranslations("breakGlass.form"))("title")}>
      <UseForm transaction={isId ? transaction : undefined} shortest={MIN_REASON_LENGTH} />
    </Section>
  );
}

/** Emergency accesses that the reader may know of, newest first, and the form for those with the duty. */
const page = listPage({
  path: "/break-glass",
  operation: listBreakGlass,
  load,
  live: ["grant"],
  title: async () => (await getTranslations("breakGlass"))("title"),
  lead: async ({ principal }) =>
    (await getTranslations("breakGlass"))(isHolder(principal) ? "leadHolder" : "lead"),
  before: (uses) => <NextUse {...uses} />,
  heading: async () => ({ title: (await getTranslations("breakGlass"))("list") }),
  caption: async () => (await getTranslations("breakGlass"))("list"),
  useColumns: useUseColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/break-glass/${id}`,
  empty: async ({ principal }) => {
    const t = await getTranslations("breakGlass.empty");
    return { title: t("title"), text: t(isHolder(principal) ? "textHolder" : "text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
