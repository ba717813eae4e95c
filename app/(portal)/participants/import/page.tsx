import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { listParticipants } from "@/lib/api-client/operations/administration/participants";
import { loadPage } from "@/lib/http/pages/page";
import { ImportParticipants } from "./import-participants";

export async function generateMetadata() {
  return { title: (await getTranslations("administration.import.participants"))("title") };
}

/** An administrator imports participants from a CSV file. */
export default async function ImportParticipantsPage() {
  const t = await getTranslations("administration");
  const above = { label: t("participants.title"), href: "/participants" };
  // Reads a list that only administrators may read, so that others get its refusal. The calls of the import ask for a
  // fresh proof themselves.
  const result = await loadPage(listParticipants, listParticipants.path, async () => undefined);
  if (!result.ok) return <ProblemPage problem={result.problem} section={above} />;
  return (
    <PageFrame
      crumbs={[above, { label: t("import.participants.title") }]}
      title={t("import.participants.title")}
      lead={<p className="max-w-[80ch]">{t("import.participants.lead")}</p>}
      apiCall={{
        method: "POST",
        path: "/confidential/admin/participants",
        body: '{"id":"…","organisation_id":"…","role":"client","kind":"legal"}',
      }}
    >
      <ImportParticipants />
    </PageFrame>
  );
}
