import { isDecodeError, newBadRequest, parseYamlBody } from '@gantry/apimachinery';
import { bodyText, mediaType } from './decode-body.js';
import type { RequestContext } from './request-context.js';

/** Rewrites a YAML body as JSON, so that everything behind reads one form. Duplicate keys are kept for field validation. */
export async function translateYamlBody(context: RequestContext): Promise<void> {
  if (context.body === undefined || !context.header('content-type')?.includes('yaml') || mediaType(context) !== 'application/yaml') return;
  try {
    const { value, duplicates } = await parseYamlBody(bodyText(context));
    context.replaceBody(Buffer.from(JSON.stringify(value)), 'application/json', duplicates);
  } catch (error) {
    if (isDecodeError(error)) throw newBadRequest(`error converting YAML to JSON: ${error.message}`);
    throw error;
  }
}
