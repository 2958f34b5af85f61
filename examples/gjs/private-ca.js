// SPDX-License-Identifier: LGPL-2.1-or-later

// Asks a server whose certificate a private authority signed: private-ca.js AUTHORITY [PROMPT [MODEL]]
//
//   OPENAI_BASE_URL=https://llm.internal.example/v1 OPENAI_API_KEY=… gjs -m private-ca.js company-ca.pem Hello! openai/my-model

import Dheera from 'gi://Dheera?version=1';
import GLib from 'gi://GLib';
import {exit, programArgs} from 'system';

const [authority, prompt = 'Hello, private network!', model = GLib.getenv('DHEERA_MODEL') ?? 'mock/echo'] = programArgs;

if (!authority) {
    printerr('Usage: private-ca.js AUTHORITY [PROMPT [MODEL]]');
    exit(1);
}

try {
    // This authority is trusted in the place of the system's. verify: false would let anybody in between read the key.
    const options = new Dheera.SessionOptions({ca_file: authority});
    const client = new Dheera.Client({session_options: options, default_model: model});
    const response = await client.complete_async(Dheera.Request.new_for_prompt(null, prompt));
    print(response.text);
} catch (error) {
    printerr(error.message);
    exit(1);
}
