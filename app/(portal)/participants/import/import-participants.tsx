"use client";

import { useTranslations } from "next-intl";
import { knownParticipants } from "@/app/(portal)/_kit/import/known";
import { ListImportPage } from "@/app/(portal)/_kit/import/list-import";
import { StartButton } from "@/app/(portal)/_kit/import/start";
import type { ListSpec } from "@/app/(portal)/_kit/import/use-list-import";
import { target } from "@/components/client/api";
import type { NewParticipant } from "@/lib/administration/participants/schema";
import type { createParticipant } from "@/lib/api-client/operations/administration/participants";
import { PARTICIPANT_COLUMNS } from "@/lib/import/lists/read-rows";

const SPEC: ListSpec<typeof createParticipant, NewParticipant> = {
  columns: PARTICIPANT_COLUMNS,
  call: target<typeof createParticipant>("POST", "/confidential/admin/participants"),
  known: async (api) => {
    const { planParticipants } = await import("@/lib/import/lists/plan-participants");
    return planParticipants(await knownParticipants(api));
  },
  toBody: (participant) => participant,
  sentOf: () => ({ state: "active" }),
};
const EXAMPLE =
  "id,organisation,role,kind\nclient-457,Alder & Finch Ltd,client,legal\nclient-458,Alder & Finch Ltd,client,natural\nminer-790,Alder & Finch Ltd,miner,legal";

/** Imports clients and providers from a CSV file. */
export function ImportParticipants() {
  const t = useTranslations("administration.import.participants");
  const add = useTranslations("administration.participants.add");
  return (
    <ListImportPage
      spec={SPEC}
      example={EXAMPLE}
      values={{ id: `${add("idWrong")}.`, role: t("role"), kind: t("kind") }}
      start={({ all }, start) => <StartButton label={t("start", { count: all })} start={start} />}
    />
  );
}
