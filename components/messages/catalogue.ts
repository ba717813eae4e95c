import deAccessReview from "@/components/messages/de/access-review.json";
import deAccount from "@/components/messages/de/account.json";
import deActions from "@/components/messages/de/actions.json";
import deAdministration from "@/components/messages/de/administration.json";
import deAlerts from "@/components/messages/de/alerts.json";
import deAudit from "@/components/messages/de/audit.json";
import deAuthority from "@/components/messages/de/authority.json";
import deBreakGlass from "@/components/messages/de/break-glass.json";
import deCases from "@/components/messages/de/cases.json";
import deDevelopers from "@/components/messages/de/developers.json";
import deDisputes from "@/components/messages/de/disputes.json";
import deDomain from "@/components/messages/de/domain.json";
import deError from "@/components/messages/de/error.json";
import deEvidence from "@/components/messages/de/evidence.json";
import deGrants from "@/components/messages/de/grants.json";
import deHelp from "@/components/messages/de/help.json";
import deHome from "@/components/messages/de/home.json";
import deInvitation from "@/components/messages/de/invitation.json";
import deKeeping from "@/components/messages/de/keeping.json";
import deKeys from "@/components/messages/de/keys.json";
import deNotices from "@/components/messages/de/notices.json";
import deNotify from "@/components/messages/de/notify.json";
import deOpening from "@/components/messages/de/opening.json";
import deOperations from "@/components/messages/de/operations.json";
import deOrganisations from "@/components/messages/de/organisations.json";
import dePolicies from "@/components/messages/de/policies.json";
import dePortal from "@/components/messages/de/portal.json";
import deProblem from "@/components/messages/de/problem.json";
import dePrograms from "@/components/messages/de/programs.json";
import deProvisioning from "@/components/messages/de/provisioning.json";
import deRelease from "@/components/messages/de/release.json";
import deRequests from "@/components/messages/de/requests.json";
import deReview from "@/components/messages/de/review.json";
import deRoster from "@/components/messages/de/roster.json";
import deSetup from "@/components/messages/de/setup.json";
import deSignin from "@/components/messages/de/signin.json";
import deSite from "@/components/messages/de/site.json";
import deStatus from "@/components/messages/de/status.json";
import deTour from "@/components/messages/de/tour.json";
import deTransactions from "@/components/messages/de/transactions.json";
import deTransparency from "@/components/messages/de/transparency.json";
import deTrust from "@/components/messages/de/trust.json";
import deUi from "@/components/messages/de/ui.json";
import accessReview from "@/components/messages/en/access-review.json";
import account from "@/components/messages/en/account.json";
import actions from "@/components/messages/en/actions.json";
import administration from "@/components/messages/en/administration.json";
import alerts from "@/components/messages/en/alerts.json";
import audit from "@/components/messages/en/audit.json";
import authority from "@/components/messages/en/authority.json";
import breakGlass from "@/components/messages/en/break-glass.json";
import cases from "@/components/messages/en/cases.json";
import developers from "@/components/messages/en/developers.json";
import disputes from "@/components/messages/en/disputes.json";
import domain from "@/components/messages/en/domain.json";
import error from "@/components/messages/en/error.json";
import evidence from "@/components/messages/en/evidence.json";
import grants from "@/components/messages/en/grants.json";
import help from "@/components/messages/en/help.json";
import home from "@/components/messages/en/home.json";
import invitation from "@/components/messages/en/invitation.json";
import keeping from "@/components/messages/en/keeping.json";
import keys from "@/components/messages/en/keys.json";
import notices from "@/components/messages/en/notices.json";
import notify from "@/components/messages/en/notify.json";
import opening from "@/components/messages/en/opening.json";
import operations from "@/components/messages/en/operations.json";
import organisations from "@/components/messages/en/organisations.json";
import policies from "@/components/messages/en/policies.json";
import portal from "@/components/messages/en/portal.json";
import problem from "@/components/messages/en/problem.json";
import programs from "@/components/messages/en/programs.json";
import provisioning from "@/components/messages/en/provisioning.json";
import release from "@/components/messages/en/release.json";
import requests from "@/components/messages/en/requests.json";
import review from "@/components/messages/en/review.json";
import roster from "@/components/messages/en/roster.json";
import setup from "@/components/messages/en/setup.json";
import signin from "@/components/messages/en/signin.json";
import site from "@/components/messages/en/site.json";
import status from "@/components/messages/en/status.json";
import tour from "@/components/messages/en/tour.json";
import transactions from "@/components/messages/en/transactions.json";
import transparency from "@/components/messages/en/transparency.json";
import trust from "@/components/messages/en/trust.json";
import ui from "@/components/messages/en/ui.json";

/** Every wording of the product. Server only by use: the browser is sent the namespaces that a page names. */
export const CATALOGUES = {
  en: {
    ...site,
    accessReview,
    account,
    actions,
    administration,
    audit,
    authority,
    developers,
    disputes,
    domain,
    error,
    breakGlass,
    evidence,
    cases,
    grants,
    help,
    home,
    invitation,
    alertsPage: alerts,
    keeping,
    keys,
    notices,
    notify,
    opening,
    operations,
    organisations,
    policies,
    portal,
    problem,
    programs,
    provisioning,
    release,
    requests,
    review,
    roster,
    setup,
    signin,
    status,
    tour,
    transactions,
    transparency,
    trust,
    ui,
  },
  de: {
    ...deSite,
    accessReview: deAccessReview,
    account: deAccount,
    actions: deActions,
    administration: deAdministration,
    audit: deAudit,
    authority: deAuthority,
    developers: deDevelopers,
    disputes: deDisputes,
    domain: deDomain,
    error: deError,
    breakGlass: deBreakGlass,
    evidence: deEvidence,
    cases: deCases,
    grants: deGrants,
    help: deHelp,
    home: deHome,
    invitation: deInvitation,
    alertsPage: deAlerts,
    keeping: deKeeping,
    keys: deKeys,
    notices: deNotices,
    notify: deNotify,
    opening: deOpening,
    operations: deOperations,
    organisations: deOrganisations,
    policies: dePolicies,
    portal: dePortal,
    problem: deProblem,
    programs: dePrograms,
    provisioning: deProvisioning,
    release: deRelease,
    requests: deRequests,
    review: deReview,
    roster: deRoster,
    setup: deSetup,
    signin: deSignin,
    status: deStatus,
    tour: deTour,
    transactions: deTransactions,
    transparency: deTransparency,
    trust: deTrust,
    ui: deUi,
  },
} as const;

export type Language = keyof typeof CATALOGUES;
export type Namespace = keyof (typeof CATALOGUES)["en"];
