import { operation } from "@/lib/api-client/operation";
import {
  ChangedView,
  NewView,
  ViewAnswer,
  ViewDeleted,
  ViewList,
  ViewPath,
  ViewQuery,
} from "@/lib/home/views/schema";

const VIEWS = "/confidential/views";
// A person's own: for signed-in people only.
const people = { scopes: "any", roles: "any", sessionOnly: true } as const;

export const listViews = operation({
  id: "listViews",
  method: "GET",
  path: VIEWS,
  summary: "The caller's saved views of a list, and those that their organisation shares.",
  ...people,
  query: ViewQuery,
  response: { status: 200, schema: ViewList },
  rate: "reads",
  action: "view.read",
});

export const saveView = operation({
  id: "saveView",
  method: "POST",
  path: VIEWS,
  summary: "Save a view of a list: its filters and columns.",
  ...people,
  body: NewView,
  response: { status: 201, schema: ViewAnswer },
  rate: "writes",
  action: "view.save",
  idempotent: { keep: ["id", "created_at"] },
});

export const changeView = operation({
  id: "changeView",
  method: "PATCH",
  path: `${VIEWS}/{id}`,
  summary: "Rename a view of the caller, share it with the organisation or end its sharing.",
  ...people,
  params: ViewPath,
  body: ChangedView,
  response: { status: 200, schema: ViewAnswer },
  rate: "writes",
  action: "view.save",
});

export const deleteView = operation({
  id: "deleteView",
  method: "DELETE",
  path: `${VIEWS}/{id}`,
  summary: "Delete a view of the caller.",
  ...people,
  params: ViewPath,
  response: { status: 200, schema: ViewDeleted },
  rate: "writes",
  action: "view.delete",
});
