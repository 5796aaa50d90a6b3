// A real OpenID provider (npm oidc-provider) for tests/test_oidc.py: `node provider.mjs config.json`.
// Whoever comes says who they are: /interaction/UID?login=SUB, or ?cancel=1.
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
const provider = new Provider(config.issuer, {
  clients: config.clients,
  jwks: config.jwks,
  cookies: { keys: ["only of this test"] },
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"], groups: ["groups"] },
  scopes: ["openid", "profile", "email", "groups"],
  conformIdTokenClaims: config.conform ?? true,
  features: { devInteractions: { enabled: false }, userinfo: { enabled: true } },
  ttl: { Session: 600, Interaction: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => config.accounts[id] && { accountId: id, claims: () => ({ sub: id, ...config.accounts[id] }) },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { prompt, params, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  if (ctx.query.cancel) {
    return provider.interactionFinished(ctx.req, ctx.res, { error: "access_denied", error_description: "cancelled" });
  }
  let result;
  if (prompt.name === "login") {
    result = { login: { accountId: ctx.query.login } };
  } else {
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
});

const server = provider.listen(config.port, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
process.on("SIGTERM", () => process.exit(0));
