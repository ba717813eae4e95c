import { signOutPerson as signOut } from "@/lib/administration/people/end-person";
import { signOutPerson } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/users/{id}/sign-out", [
  bind(signOutPerson, (cx, { params }) => signOut(cx, params.id)),
]);
