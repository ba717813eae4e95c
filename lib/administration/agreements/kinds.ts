import "server-only";
import type { Kind } from "@/lib/administration/agreements/kind";
import type { AgreementKindName } from "@/lib/administration/agreements/schema";
import { newAgency, recordOfAgency } from "@/lib/administration/organisations/agency-kinds";
import { invitation } from "@/lib/administration/people/invitation-kind";
import { endOfApiKey, suspensionOfPerson } from "@/lib/administration/people/removal-kinds";
import { resetOfSignIn, resumeOfPerson } from "@/lib/administration/people/sign-in-kinds";
import { dutiesOfPerson, membershipsOfPerson } from "@/lib/administration/people/standing-kinds";
import { providerOfOrganisation } from "@/lib/administration/providers/provider-kind";
import { settingsOfProvisioning } from "@/lib/administration/provisioning/settings-kind";
import { rulesOfBuild } from "@/lib/administration/readiness/rules-kind";
import { sealOfKeys } from "@/lib/administration/seal/seal-kind";

/** All acts that need two administrators: one asks, another agrees. */
export const KINDS: Readonly<Record<AgreementKindName, Kind>> = {
  invitation,
  duties: dutiesOfPerson,
  membership: membershipsOfPerson,
  reset: resetOfSignIn,
  resume: resumeOfPerson,
  suspension: suspensionOfPerson,
  api_key: endOfApiKey,
  agency: newAgency,
  agency_record: recordOfAgency,
  rules: rulesOfBuild,
  provisioning: settingsOfProvisioning,
  identity_provider: providerOfOrganisation,
  seal: sealOfKeys,
};
