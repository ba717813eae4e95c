import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { listParticipants } from "@/lib/api-client/operations/administration/participants";
import { loadPage } from "@/lib/http/pages/page";
import { ImportPeople } from "./import-people";

export async function generateMetadata() {
  return { title: (await getTranslations("administration.import.people"))("title") };
}

/** An administrator imports people from a CSV file. */
export default async function ImportPeoplePage() {
  const t = await getTranslations("administration");
  const above = { label: t("people.title"), href: "/people" };
  // What an administrator reads before a list can be planned. The call that a line makes asks for a fresh proof.
  const result = await loadPage(listParticipants, listParticipants.path, async () => undefined);
  if (!result.ok) return <ProblemPage problem={result.problem} section={above} />;
  return (
    <PageFrame
      crumbs={[above, { label: t("import.people.title") }]}
      title={t("import.people.title")}
      lead={<p className="max-w-[80ch]">{t("import.people.lead")}</p>}
      apiCall={{
        method: "POST",
        path: "/confidential/admin/invitations",
        body: '{"name":"…","email":"…","organisation_id":"…","role":"client","duties":[],"reason":"…"}',
      }}
    >
      <ImportPeople />
    </PageFrame>
  );
}
