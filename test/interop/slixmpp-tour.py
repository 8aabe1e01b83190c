"""slixmpp uses what an account has: registration, roster, carbons, offline messages, archive, blocklist, card, password.

usage: slixmpp-tour.py PORT DOMAIN CERTIFICATE
CERTIFICATE is a file in PEM to be trusted; everything goes over STARTTLS with TLS 1.2, for which slixmpp has a channel
binding. Accounts alice and bob have the passwords "secret of alice" and "secret of bob", carol does not exist yet. Prints
what went over the wire, with a line "# …" before each part; the last line is "ok", or what went wrong, with exit status 1.
"""
import asyncio
import logging
import os
import ssl
import sys

import slixmpp
from slixmpp.exceptions import IqError

PATIENCE = 10
PLUGINS = ('xep_0012', 'xep_0030', 'xep_0049', 'xep_0054', 'xep_0059', 'xep_0077', 'xep_0092', 'xep_0191', 'xep_0198',
           'xep_0199', 'xep_0202', 'xep_0203', 'xep_0280', 'xep_0313')
port, domain, certificate = int(sys.argv[1]), sys.argv[2], sys.argv[3]


class User(slixmpp.ClientXMPP):
    def __init__(self, name, resource, registers=False):
        super().__init__(f'{name}@{domain}/{resource}', f'secret of {name}')
        self.ca_certs = certificate
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        if not registers:
            self['xep_0077'].create_account = False
        self.started = asyncio.get_event_loop().create_future()
        self.messages, self.copies, self.managed = asyncio.Queue(), asyncio.Queue(), asyncio.Queue()
        self.add_event_handler('session_start', lambda _: self.started.set_result(True))
        self.add_event_handler('failed_all_auth', lambda _: self.started.set_exception(Exception('not authenticated')))
        self.add_event_handler('message', self.messages.put_nowait)
        self.add_event_handler('carbon_sent', lambda copy: self.copies.put_nowait(copy['carbon_sent']))
        self.add_event_handler('carbon_received', lambda copy: self.copies.put_nowait(copy['carbon_received']))
        self.add_event_handler('sm_enabled', self.managed.put_nowait)

    def get_ssl_context(self):
        context = super().get_ssl_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    async def log_in(self):
        self.connect(('127.0.0.1', port), force_starttls=True)
        await asyncio.wait_for(self.started, PATIENCE)
        await self.get_roster(timeout=PATIENCE)
        self.send_presence()
        await self['xep_0199'].send_ping(domain, timeout=PATIENCE)

    async def leave(self):
        await asyncio.wait_for(self.disconnect(), PATIENCE)


def next_of(queue):
    return asyncio.wait_for(queue.get(), PATIENCE)


async def until(what, condition):
    for _ in range(10 * PATIENCE):
        if condition():
            return
        await asyncio.sleep(0.1)
    raise Exception(f'{what}: not within {PATIENCE} s')


def expect(what, got, wanted):
    if got != wanted:
        raise Exception(f'{what}: expected {wanted!r}, got {got!r}')


def part(title):
    logging.info('# %s', title)


async def register():
    part('an account is made in-band (XEP-0077)')
    carol = User('carol', 'new', registers=True)
    carol._always_send_everything = True  # slixmpp 1.8 keeps requests back until it is logged in, registration included

    async def fill_in(_):
        request = carol.Iq()
        request['type'] = 'set'
        request['register']['username'] = 'carol'
        request['register']['password'] = 'secret of carol'
        await request.send(timeout=PATIENCE)

    carol.add_event_handler('register', fill_in)
    await carol.log_in()
    expect('full JID', carol.boundjid.full, f'carol@{domain}/new')
    await carol.leave()


async def tour():
    await register()
    part('login, and stream management (XEP-0198)')
    desk, phone, bob = User('alice', 'desk'), User('alice', 'phone'), User('bob', 'home')
    for user in (desk, phone, bob):
        await user.log_in()
        await next_of(user.managed)

    part('subscription both ways (RFC 6121 §3)')
    desk.send_presence_subscription(f'bob@{domain}')
    for user, contact in ((desk, f'bob@{domain}'), (phone, f'bob@{domain}'), (bob, f'alice@{domain}')):
        await until('subscription', lambda: user.client_roster[contact]['subscription'] == 'both')
    await until('presence', lambda: set(bob.client_roster[f'alice@{domain}'].resources) == {'desk', 'phone'})

    part('roster')
    desk.update_roster(f'bob@{domain}', name='Bob', groups=['Friends'])
    await until('name', lambda: phone.client_roster[f'bob@{domain}']['name'] == 'Bob')
    expect('groups', phone.client_roster[f'bob@{domain}']['groups'], ['Friends'])

    part('chat, with copies to the other resource (XEP-0280)')
    await phone['xep_0280'].enable(timeout=PATIENCE)
    desk.send_message(f'bob@{domain}/home', 'Hello <Bob> & "co" ü 🙂', mtype='chat')
    message = await next_of(bob.messages)
    expect('body', message['body'], 'Hello <Bob> & "co" ü 🙂')
    expect('copy of what was sent', (await next_of(phone.copies))['body'], message['body'])
    message.reply('Hello Alice').send()
    expect('answer', (await next_of(desk.messages))['body'], 'Hello Alice')
    expect('copy of what came', (await next_of(phone.copies))['body'], 'Hello Alice')

    part('a message for who is not there (XEP-0160)')
    await bob.leave()
    await until('unavailable', lambda: not desk.client_roster[f'bob@{domain}'].resources)
    desk.send_message(f'bob@{domain}', 'Are you there?', mtype='chat')
    await next_of(phone.copies)
    bob = User('bob', 'home')
    await bob.log_in()
    late = await next_of(bob.messages)
    expect('late body', late['body'], 'Are you there?')
    expect('delay', str(late['delay']['from']), domain)

    part('history (XEP-0313)')
    bodies = []
    async for result in phone['xep_0313'].iterate(with_jid=slixmpp.JID(f'bob@{domain}'), rsm={'max': 2}):
        bodies.append(result['mam_result']['forwarded']['stanza']['body'])
    expect('history', bodies, ['Hello <Bob> & "co" ü 🙂', 'Hello Alice', 'Are you there?'])

    part('blocking (XEP-0191)')
    await bob['xep_0191'].block(f'alice@{domain}', timeout=PATIENCE)
    blocked = await bob['xep_0191'].get_blocked(timeout=PATIENCE)
    expect('block list', [str(jid) for jid in blocked['blocklist']['items']], [f'alice@{domain}'])
    await until('gone', lambda: not desk.client_roster[f'bob@{domain}'].resources)
    desk.send_message(f'bob@{domain}', 'nobody hears this', mtype='chat')
    await desk['xep_0199'].send_ping(domain, timeout=PATIENCE)
    await bob['xep_0191'].unblock(f'alice@{domain}', timeout=PATIENCE)
    await until('back', lambda: 'home' in desk.client_roster[f'bob@{domain}'].resources)
    desk.send_message(f'bob@{domain}', 'but this', mtype='chat')
    expect('after the block', (await next_of(bob.messages))['body'], 'but this')

    part('a card (XEP-0054)')
    card = desk['xep_0054'].make_vcard()
    card['FN'] = 'Alice Liddell'
    await desk['xep_0054'].publish_vcard(card, timeout=PATIENCE)
    answer = await bob['xep_0054'].get_vcard(f'alice@{domain}', timeout=PATIENCE)
    expect('card', answer['vcard_temp']['FN'], 'Alice Liddell')

    part('services (XEP-0030, XEP-0092, XEP-0202, XEP-0012)')
    info = await desk['xep_0030'].get_info(jid=domain, timeout=PATIENCE)
    if 'urn:xmpp:carbons:2' not in info['disco_info']['features']:
        raise Exception('carbons are not announced')
    await desk['xep_0092'].get_version(domain, timeout=PATIENCE)
    await desk['xep_0202'].get_entity_time(domain, timeout=PATIENCE)
    expect('seconds', (await bob['xep_0012'].get_last_activity(f'alice@{domain}', timeout=PATIENCE))['last_activity']['seconds'], 0)

    part('another password (XEP-0077)')
    await desk['xep_0077'].change_password('new secret', domain, timeout=PATIENCE)
    again = User('alice', 'again')
    again.password = 'new secret'
    await again.log_in()
    for user in (again, desk, bob):
        await user.leave()


def main():
    logging.basicConfig(level=logging.DEBUG, format='%(message)s', stream=sys.stdout)
    logging.getLogger('asyncio').setLevel(logging.WARNING)
    loop = asyncio.get_event_loop_policy().get_event_loop()
    try:
        loop.run_until_complete(asyncio.wait_for(tour(), 4 * PATIENCE))
        print('ok')
        status = 0
    except (Exception, IqError) as error:
        print(f'{type(error).__name__}: {error}')
        status = 1
    sys.stdout.flush()
    os._exit(status)  # what the library still has running is not waited for


main()
