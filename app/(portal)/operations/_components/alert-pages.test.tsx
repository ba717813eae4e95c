import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Table } from "@/components/ui/table";
import type { AlertAddress } from "@/lib/alerts/delivery/schema";
import { THRESHOLDS, ThresholdName, type ThresholdView } from "@/lib/alerts/rules/thresholds";
import type { Alert } from "@/lib/alerts/schema";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { AddAddress } from "./add-address";
import { useAddressColumns } from "./address-table";
import { AlertActs } from "./alert-acts";
import { useAlertColumns } from "./alert-table";
import { ThresholdTable } from "./threshold-table";

const AT = "2026-11-29T19:20:54.000Z";
const ALERT: Alert = {
  id: "019af000-0000-7000-8000-000000000001",
  name: "denial-burst",
  subject: "actor:p-1",
  person: "Nils Aalto",
  severity: "warning",
  state: "open",
  runbook: "denial-burst",
  opened_at: AT,
  last_seen_at: AT,
  count: 1_204,
  entries: [7],
  acknowledged: null,
  resolved: null,
  is_lasting: false,
  may_acknowledge: true,
  may_resolve: true,
};
const ADDRESS: AlertAddress = {
  id: "019af000-0000-7000-8000-000000000002",
  channel: "webhook",
  address: "https://hooks.example",
  least: "critical",
  state: "active",
  created_at: AT,
  created_by: "Greta Holm",
  ended_at: null,
  deliveries: [
    {
      id: "019af000-0000-7000-8000-000000000003",
      reason: "opened",
      alert_id: ALERT.id,
      at: AT,
      status: "waiting",
      attempts: 2,
      outcome: "answer",
      http_status: 503,
      next_at: AT,
    },
  ],
};

const buttons = () => screen.queryAllByRole("button").map(({ textContent }) => textContent);
const text = () => document.body.textContent ?? "";

function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  return <Table caption="Alerts" columns={useAlertColumns()} rows={alerts} rowKey={({ id }) => id} />;
}

function Addresses({ reader: role }: { reader: "admin" | "coordinator" }) {
  const columns = useAddressColumns({ principal: { role } });
  return <Table caption="Addresses" columns={columns} rows={[ADDRESS]} rowKey={({ id }) => id} />;
}

describe("an alert", () => {
  it("is listed by what it means, with whom it is about and who acted last", () => {
    const acknowledged = { by: "Greta Holm", at: AT, note: "On it" };
    const { rerender } = show(<Alerts alerts={[{ ...ALERT, state: "acknowledged", acknowledged }]} />);
    for (const words of [
      "Many refusals in a short time",
      "Warning",
      "Nils Aalto",
      "1,204",
      "Acknowledged",
      "Greta Holm",
    ])
      expect(text()).toContain(words);
    const ended = { by: null, at: AT, note: null };
    rerender(<Alerts alerts={[{ ...ALERT, person: null, state: "resolved", resolved: ended }]} />);
    for (const words of ["Person p-1", "Resolved", "Cause ended"]) expect(text()).toContain(words);
    rerender(<Alerts alerts={[{ ...ALERT, subject: "instance", person: null, runbook: "not-here" }]} />);
    for (const words of ["The whole instance", "Another alert"]) expect(text()).toContain(words);
    rerender(<Alerts alerts={[{ ...ALERT, name: "verification.failed", runbook: "job-failed" }]} />);
    expect(text()).toContain("A background job fails: Verify the log");
    rerender(<Alerts alerts={[{ ...ALERT, name: "new-job.failed", runbook: "job-failed" }]} />);
    expect(text()).toContain("A background job fails: new-job");
  });

  it("offers what the reader may do, and nothing else", () => {
    const { rerender } = show(<AlertActs alert={ALERT} />);
    expect(buttons()).toEqual(["Acknowledge", "Resolve"]);
    rerender(<AlertActs alert={{ ...ALERT, may_acknowledge: false, may_resolve: false }} />);
    expect(buttons()).toEqual([]);
  });

  it("is acknowledged with a note, and says who was faster", async () => {
    const calls = answerCalls(() => problem(409, "alert.acknowledged", {}));
    const { user } = show(<AlertActs alert={ALERT} />);
    await user.click(screen.getByRole("button", { name: "Acknowledge" }));
    await user.type(screen.getByLabelText("Note"), "Asking the company");
    await user.click(screen.getAllByRole("button", { name: "Acknowledge" }).at(-1) ?? document.body);
    await waitFor(() => expect(text()).toContain("Another person has already acknowledged this alert"));
    expect(calls.map(({ path }) => path)).toEqual([`/confidential/alerts/${ALERT.id}/acknowledge`]);
  });
});

describe("an address for alerts", () => {
  it("shows why its newest message failed, and its acts to administrators only", () => {
    const { rerender } = show(<Addresses reader="admin" />);
    for (const words of [
      "https://hooks.example",
      "Critical only",
      "Opened: waiting",
      "refused with an error 503, attempt 2",
    ])
      expect(text()).toContain(words);
    expect(buttons()).toEqual(["Send test", "Remove"]);
    rerender(<Addresses reader="coordinator" />);
    expect(buttons()).toEqual([]);
  });

  it("that is a webhook shows its secret once", async () => {
    const secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    const calls = answerCalls(() => ({ status: 201, json: { ...ADDRESS, secret } }));
    const { user } = show(<AddAddress />);
    await user.click(screen.getByRole("button", { name: "Add an address" }));
    await user.click(screen.getByLabelText("Webhook"));
    await user.type(screen.getByLabelText("Mailbox or URL"), "https://hooks.example/x");
    await user.click(screen.getByRole("button", { name: "Add address" }));
    expect(await screen.findByText(secret)).toBeDefined();
    expect(calls).toHaveLength(1);
  });
});

describe("the figures of the rules", () => {
  const items: ThresholdView[] = ThresholdName.options.map((name) => {
    const { usual, least, most } = THRESHOLDS[name];
    return { name, value: usual, usual, least, most, changed_at: null, changed_by: null };
  });

  it("each have words, and a button for administrators only", () => {
    const { rerender } = show(<ThresholdTable items={items} mayChange />);
    expect(screen.getAllByRole("row")).toHaveLength(items.length + 1);
    expect(text()).not.toContain("alertsPage");
    expect(buttons()).toHaveLength(items.length);
    rerender(<ThresholdTable items={items} mayChange={false} />);
    expect(buttons()).toEqual([]);
  });
});
