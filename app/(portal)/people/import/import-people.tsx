"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ShownRow } from "@/app/(portal)/_kit/import/import-rows";
import { knownPeople } from "@/app/(portal)/_kit/import/known";
import { ListImportPage } from "@/app/(portal)/_kit/import/list-import";
import { StartWithReason } from "@/app/(portal)/_kit/import/start";
import type { ListSpec } from "@/app/(portal)/_kit/import/use-list-import";
import { target } from "@/components/client/api";
import { Button } from "@/components/ui/button";
import type { invitePerson } from "@/lib/api-client/operations/administration/people";
import type { ListedPerson } from "@/lib/import/lists/plan-people";
import { PEOPLE_COLUMNS } from "@/lib/import/lists/read-rows";

const SPEC: ListSpec<typeof invitePerson, ListedPerson> = {
  columns: PEOPLE_COLUMNS,
  call: target<typeof invitePerson>("POST", "/confidential/admin/invitations"),
  known: async (api) => {
    const { planPeople } = await import("@/lib/import/lists/plan-people");
    return planPeople(await knownPeople(api));
  },
  toBody: (person, reason) => ({ ...person, ...(reason === "" ? {} : { reason }) }),
  sentOf: ({ state, invitation }) => ({
    state,
    ...(typeof invitation?.link === "string" ? { link: invitation.link } : {}),
  }),
};
const EXAMPLE =
  "name,email,organisation,role,duties,participant\nOwen Finch,owen@alderfinch.example,Alder & Finch Ltd,client,,client-457\nMika Alder,m.alder@alderfinch.example,Alder & Finch Ltd,miner,,miner-790\nJonas Reiter,j.reiter@operator.example,Harbour Operations,coordinator,approve legal,";

/** Says who still has to act: a second administrator, or the reader with links to hand over. */
function After({ rows, report }: { rows: readonly ShownRow[]; report: () => void }) {
  const t = useTranslations("administration.import.people");
  const asked = rows.filter(({ result }) => result === "asked").length;
  const links = rows.filter(({ link }) => link !== "").length;
  return (
    <>
      {asked === 0 ? null : (
        <p>
          {t("asked", { count: asked })}{" "}
          <Link href="/agreements?view=mine" prefetch={false} className="underline underline-offset-4">
            {t("agreements")}
          </Link>
        </p>
      )}
      {links === 0 ? null : (
        <>
          <p>{t("links", { count: links })}</p>
          <Button look="primary" icon="download" className="mt-3" onClick={report}>
            {t("downloadLinks")}
          </Button>
        </>
      )}
    </>
  );
}

/** Invites the people of a CSV file. */
export function ImportPeople() {
  const t = useTranslations("administration.import.people");
  const invite = useTranslations("administration.invite");
  return (
    <ListImportPage
      spec={SPEC}
      example={EXAMPLE}
      values={{
        name: t("name"),
        email: t("email"),
        role: t("role"),
        duties: t("duties"),
        participant: `${invite("participantWrong")}.`,
      }}
      start={({ all, asks }, start) => (
        <StartWithReason label={t("start", { count: all })} start={start} isNeeded={asks > 0} />
      )}
      after={(rows, report) => <After rows={rows} report={report} />}
    />
  );
}
