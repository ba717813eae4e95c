import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { LogFacts } from "@/app/status/_components/log-facts";
import { PartsTable } from "@/app/status/_components/parts-table";
import { StateLine } from "@/app/status/_components/state-line";
import { SwitchesTable } from "@/app/status/_components/switches-table";
import { Words } from "@/components/messages/words";
import { healthFor } from "@/lib/http/health/judge-health";
import { readHealth } from "@/lib/http/health/read-health";
import { readSwitches } from "@/lib/http/health/read-switches";
import { currentPrincipal } from "@/lib/http/pages/page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("state"))("title") };
}

/** What runs and what does not, as the instance itself sees it. */
export default async function StatusPage() {
  const [whole, reader, t] = await Promise.all([readHealth(), currentPrincipal(), getTranslations("state")]);
  const health = healthFor(whole, reader?.role);
  const switches = reader?.role === "admin" ? await readSwitches() : undefined;
  const readAt = new Date().toISOString();
  return (
    <SitePage
      current="status"
      title={t("title")}
      lead={
        <Words namespaces={["state"]}>
          <StateLine health={health} readAt={readAt} />
        </Words>
      }
      health={health}
    >
      <section
        aria-label={t("title")}
        className="grid grid-cols-1 gap-x-12 gap-y-8 border-ink border-t facts:grid-cols-[minmax(0,1fr)_320px]"
      >
        <PartsTable parts={health.parts} />
        <LogFacts health={health} />
      </section>
      {switches === undefined ? null : <SwitchesTable switches={switches} />}
    </SitePage>
  );
}
