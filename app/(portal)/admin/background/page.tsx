import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Words } from "@/components/messages/words";
import { readBackground } from "@/lib/administration/background/background";
import { getBackground } from "@/lib/api-client/operations/background";
import { loadPage } from "@/lib/http/pages/page";
import { DeadSection, JobsSection, QueuesSection } from "./_components/background-sections";

export async function generateMetadata() {
  return { title: (await getTranslations("administration.background"))("title") };
}

/** Background jobs, queues and work that is out of retries, for administrators, who can queue it again. */
export default async function BackgroundPage() {
  const title = (await getTranslations("administration.background"))("title");
  const lead = (await getTranslations("administration.background"))("lead");
  const result = await loadPage(getBackground, getBackground.path, (cx) => readBackground(cx));
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: title, href: "/admin/background" }} />;
  const { jobs, queues, dead } = result.value;
  return (
    <PageFrame
      crumbs={[{ label: title }]}
      title={title}
      lead={<p className="max-w-[80ch]">{lead}</p>}
      apiCall={{ method: "GET", path: getBackground.path }}
    >
      <Words namespaces={["administration.background.dead"]}>
        <QueuesSection queues={queues} />
        <DeadSection dead={dead} />
        <JobsSection jobs={jobs} />
      </Words>
    </PageFrame>
  );
}
