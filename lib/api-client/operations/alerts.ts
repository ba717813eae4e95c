import {
  AddressAdded,
  AddressChanged,
  AddressPage,
  AddressQuery,
  NewAddress,
} from "@/lib/alerts/delivery/schema";
import {
  NewThreshold,
  ThresholdChanged,
  ThresholdList,
  ThresholdPath,
  ThresholdQuery,
} from "@/lib/alerts/rules/thresholds";
import {
  Alert,
  AlertChanged,
  AlertPage,
  AlertPath,
  AlertQuery,
  NewNote,
  NewResolution,
} from "@/lib/alerts/schema";
import { operation } from "@/lib/api-client/operation";

const ALERTS = "/confidential/alerts";
const ADDRESSES = "/confidential/alert-addresses";
const THRESHOLDS = "/confidential/alert-thresholds";

const people = { roles: ["admin", "coordinator"], duties: ["admin", "compliance"] } as const;
const read = { ...people, scopes: ["read"], rate: "reads", action: "alert.read" } as const;
/** Acts on one alert need no administrator: compliance works on them too. */
const act = { ...people, scopes: ["decide", "admin"], rate: "writes", stepUp: true } as const;
/** Addresses and figures are the administrators'. */
const set = { scopes: ["admin"], roles: ["admin"], duties: ["admin"], rate: "writes", stepUp: true } as const;

export const listAlerts = operation({
  id: "listAlerts",
  method: "GET",
  path: ALERTS,
  summary: "Alerts, newest first; by default those that are open.",
  ...read,
  query: AlertQuery,
  response: { status: 200, schema: AlertPage },
});

export const getAlert = operation({
  id: "getAlert",
  method: "GET",
  path: `${ALERTS}/{id}`,
  summary: "One alert: what was seen, how often, in which entries, who acted on it.",
  ...read,
  params: AlertPath,
  response: { status: 200, schema: Alert },
});

export const acknowledgeAlert = operation({
  id: "acknowledgeAlert",
  method: "POST",
  path: `${ALERTS}/{id}/acknowledge`,
  summary: "Acknowledge an alert with a note. It is not sent again.",
  ...act,
  params: AlertPath,
  body: NewNote,
  response: { status: 200, schema: AlertChanged },
  action: "alert.acknowledge",
});

export const resolveAlert = operation({
  id: "resolveAlert",
  method: "POST",
  path: `${ALERTS}/{id}/resolve`,
  summary: "Resolve an alert with what was found and done.",
  ...act,
  params: AlertPath,
  body: NewResolution,
  response: { status: 200, schema: AlertChanged },
  action: "alert.resolve",
});

export const listAlertAddresses = operation({
  id: "listAlertAddresses",
  method: "GET",
  path: ADDRESSES,
  summary: "Where alerts are sent, newest first, each with its newest messages.",
  ...read,
  query: AddressQuery,
  response: { status: 200, schema: AddressPage },
});

export const addAlertAddress = operation({
  id: "addAlertAddress",
  method: "POST",
  path: ADDRESSES,
  summary: "Send alerts to a mailbox or a webhook. The secret of a webhook is in this answer only.",
  ...set,
  body: NewAddress,
  response: { status: 201, schema: AddressAdded },
  idempotent: { allBut: ["secret"] },
  action: "alert.add-address",
});

export const removeAlertAddress = operation({
  id: "removeAlertAddress",
  method: "POST",
  path: `${ADDRESSES}/{id}/remove`,
  summary: "Stop sending alerts to an address.",
  ...set,
  params: AlertPath,
  response: { status: 200, schema: AddressChanged },
  action: "alert.remove-address",
});

export const testAlertAddress = operation({
  id: "testAlertAddress",
  method: "POST",
  path: `${ADDRESSES}/{id}/test`,
  summary: "Send a test message to an address. Its outcome is in the list a moment later.",
  ...set,
  params: AlertPath,
  response: { status: 200, schema: AddressChanged },
  action: "alert.test-address",
});

export const listAlertThresholds = operation({
  id: "listAlertThresholds",
  method: "GET",
  path: THRESHOLDS,
  summary: "The thresholds of the alert rules, each with its default and its limits.",
  ...read,
  query: ThresholdQuery,
  response: { status: 200, schema: ThresholdList },
});

export const setAlertThreshold = operation({
  id: "setAlertThreshold",
  method: "PUT",
  path: `${THRESHOLDS}/{name}`,
  summary: "Set a threshold of the alert rules.",
  ...set,
  params: ThresholdPath,
  body: NewThreshold,
  response: { status: 200, schema: ThresholdChanged },
  action: "alert.threshold",
});
