-- add column users.api_token
ALTER TABLE `users` ADD `api_token` text;
-- add column users.banned
ALTER TABLE `users` ADD `banned` boolean DEFAULT 0;
-- add column users.born_on
ALTER TABLE `users` ADD `born_on` datetime(3) NOT NULL;
-- add column users.bytes
ALTER TABLE `users` ADD `bytes` bigint DEFAULT 1099511627776;
-- add column users.count
ALTER TABLE `users` ADD `count` int DEFAULT -3;
-- add column users.favourite_id
ALTER TABLE `users` ADD `favourite_id` varchar(36);
-- add column users.huge_text
ALTER TABLE `users` ADD `huge_text` longtext;
-- add column users.lang
ALTER TABLE `users` ADD `lang` varchar(10) DEFAULT 'it''s';
-- add column users.made_up
ALTER TABLE `users` ADD `made_up` text;
-- add column users.medium_text
ALTER TABLE `users` ADD `medium_text` mediumtext NOT NULL;
-- add column users.position
ALTER TABLE `users` ADD `position` int;
-- add column users.ratio
ALTER TABLE `users` ADD `ratio` double DEFAULT 0.25;
-- add column users.required_big_int
ALTER TABLE `users` ADD `required_big_int` bigint NOT NULL;
-- add column users.required_boolean
ALTER TABLE `users` ADD `required_boolean` boolean NOT NULL;
-- add column users.required_date
ALTER TABLE `users` ADD `required_date` datetime(3) NOT NULL;
-- add column users.required_enum
ALTER TABLE `users` ADD `required_enum` varchar(255) NOT NULL;
-- add column users.required_float
ALTER TABLE `users` ADD `required_float` double NOT NULL;
-- add column users.required_json
ALTER TABLE `users` ADD `required_json` json NOT NULL;
-- add column users.required_number
ALTER TABLE `users` ADD `required_number` int NOT NULL;
-- add column users.required_numbers
ALTER TABLE `users` ADD `required_numbers` json NOT NULL;
-- add column users.required_strings
ALTER TABLE `users` ADD `required_strings` json NOT NULL;
-- add column users.required_text
ALTER TABLE `users` ADD `required_text` text NOT NULL;
-- add column users.short_key
ALTER TABLE `users` ADD `short_key` varchar(20) NOT NULL;
-- add column users.updated_on
ALTER TABLE `users` ADD `updated_on` datetime(3);
-- create index users.users_born_on_idx
CREATE INDEX `users_born_on_idx` ON `users`(`born_on`);
-- create index users.users_favourite_id_idx
CREATE INDEX `users_favourite_id_idx` ON `users`(`favourite_id`);
-- create index users.users_position_uidx
CREATE UNIQUE INDEX `users_position_uidx` ON `users`(`position`);
-- create index users.users_short_key_uidx
CREATE UNIQUE INDEX `users_short_key_uidx` ON `users`(`short_key`);
-- create foreign key users.fk_users_favourite_id
SET SESSION foreign_key_checks = 0;
ALTER TABLE `users` ADD CONSTRAINT `fk_users_favourite_id` FOREIGN KEY (`favourite_id`) REFERENCES `sessions`(`id`) ON DELETE NO ACTION;
SET SESSION foreign_key_checks = 1;
