import type { OperationSpec } from "@/lib/api-client/operation";
import { listRequests } from "@/lib/api-client/operations/access";
import { listOrganisations } from "@/lib/api-client/operations/administration/organisations";
import { listParticipants } from "@/lib/api-client/operations/administration/participants";
import { listPeople } from "@/lib/api-client/operations/administration/people";
import { listCases } from "@/lib/api-client/operations/cases";
import { listGrants } from "@/lib/api-client/operations/grants";
import { search } from "@/lib/api-client/operations/home";
import { listKeys } from "@/lib/api-client/operations/keys";
import { listTransactions } from "@/lib/api-client/operations/transactions";
import { search as find } from "@/lib/home/search";
import type { FoundKind } from "@/lib/home/search-schema";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { permitRefusal } from "@/lib/http/endpoint/permit-call";

const LIST_OF: Readonly<Record<FoundKind, OperationSpec>> = {
  case: listCases,
  grant: listGrants,
  request: listRequests,
  transaction: listTransactions,
  person: listPeople,
  organisation: listOrganisations,
  participant: listParticipants,
  key: listKeys,
};

export const endpoint = endpointAt("/confidential/search", [
  bind(search, (cx, { query }) =>
    find(
      cx,
      query.q,
      (kind) => permitRefusal(LIST_OF[kind], cx.principal, cx.instance.evaluation) === undefined,
    ),
  ),
]);
